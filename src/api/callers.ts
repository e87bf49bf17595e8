import type { FastifyRequest } from "fastify";
import { Fault, isFault } from "../kernel/fault.ts";
import { mayUse, type Scope } from "./scopes.ts";
import type { Token, Tokens } from "./tokens.ts";

/** Who calls: the bearer token (RFC 6750) of each request, looked at once. */
export class Callers {
	readonly #tokens: Tokens;
	readonly #known = new WeakMap<FastifyRequest, Token>();

	constructor(tokens: Tokens) {
		this.#tokens = tokens;
	}

	identify(request: FastifyRequest): void {
		const token = this.#tokens.verify(secretOf(request));
		if (token !== undefined) {
			this.#known.set(request, token);
		}
	}

	tokenOf(request: FastifyRequest): Token | undefined {
		return this.#known.get(request);
	}

	/** @throws Fault `unauthorized`, `forbidden` */
	demand(request: FastifyRequest, needed: Scope): void {
		const token = this.tokenOf(request);
		if (token === undefined) {
			throw new Fault("unauthorized");
		}
		if (!mayUse(token.scopes, needed)) {
			throw new Fault("forbidden", {
				detail: `The token "${token.name}" lacks the scope ${needed}`,
				context: { scope: needed },
			});
		}
	}

	/**
	 * Name of the supervisor whose token stands beside the caller's.
	 * @throws Fault `supervisor_needed` when a token is there that is no supervisor's
	 */
	supervisorOf({ headers }: FastifyRequest): string | undefined {
		const secret = headers[supervisorHeader];
		if (typeof secret !== "string") {
			return undefined;
		}
		const token = this.#tokens.verify(secret);
		if (token === undefined || !mayUse(token.scopes, "supervise")) {
			throw new Fault("supervisor_needed", {
				detail: "The supervisor's token is not valid, or lacks the scope supervise",
			});
		}
		return token.name;
	}

	/** Whether the token of a request that began long ago still counts; not when that cannot be told. */
	stillAllowed(request: FastifyRequest): boolean {
		try {
			return this.#tokens.verify(secretOf(request)) !== undefined;
		} catch (error) {
			if (isFault(error, "tokens_unusable")) {
				return false;
			}
			throw error;
		}
	}
}

/** Carries the token of a supervisor who allows what the caller asks for. */
const supervisorHeader = "tillbridge-supervisor";

function secretOf({ headers }: FastifyRequest): string {
	return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
}
