import type { FastifyRequest } from "fastify";
import { Fault } from "../kernel/fault.ts";
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

	/** Whether the token of a request that began long ago still counts. */
	stillAllowed(request: FastifyRequest): boolean {
		return this.tokenOf(request) === undefined || this.#tokens.verify(secretOf(request)) !== undefined;
	}
}

function secretOf({ headers }: FastifyRequest): string {
	return /^Bearer +(\S+)$/i.exec(headers.authorization ?? "")?.[1] ?? "";
}
