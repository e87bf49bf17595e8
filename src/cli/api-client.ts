import { z } from "zod";
import type { LocalAccess } from "../daemon/local-access.ts";
import { Fault } from "../kernel/fault.ts";
import { type FaultCode, faultCodes } from "../kernel/fault-codes.ts";

/** One question to the daemon. */
interface ApiCall<T> {
	readonly method: "GET" | "POST";
	readonly path: string;
	readonly answer: z.ZodType<T>;
	readonly body?: unknown;
	readonly headers?: Readonly<Record<string, string>>;
	readonly signal?: AbortSignal;
	/** True for what a supervisor must allow. */
	readonly supervised?: boolean;
}

/** The daemon as the commands see it. */
export interface ApiClient {
	/** @throws Fault as the daemon reports it, or `daemon_unreachable` */
	call<T>(call: ApiCall<T>): Promise<T>;
}

const problemSchema = z.object({
	code: z.string(),
	detail: z.string(),
	device: z.string().nullable(),
	transaction: z.string().nullable(),
	cause: z.string().nullable(),
});

/** `supervisor` is the token shown where a supervisor must allow something. */
export function apiClient({ url, token }: LocalAccess, supervisor = token): ApiClient {
	return {
		async call({ method, path, answer, body, headers, signal, supervised }) {
			const response = await reach(new URL(path, url), {
				method,
				headers: {
					authorization: `Bearer ${token}`,
					...(body === undefined ? {} : { "content-type": "application/json" }),
					...(supervised === true ? { "tillbridge-supervisor": supervisor } : {}),
					...headers,
				},
				...(body === undefined ? {} : { body: JSON.stringify(body) }),
				...(signal === undefined ? {} : { signal }),
			});
			const document: unknown = await response.json();
			if (!response.ok) {
				throw faultOf(problemSchema.parse(document));
			}
			return answer.parse(document);
		},
	};
}

async function reach(url: URL, request: RequestInit): Promise<Response> {
	try {
		return await fetch(url, request);
	} catch (cause) {
		throw new Fault("daemon_unreachable", { detail: `No daemon answers at ${url.origin}`, cause });
	}
}

/** A newer daemon may know codes that this command does not. */
function faultOf({ code, detail, device, transaction, cause }: z.output<typeof problemSchema>): Fault {
	const context = { ...(device === null ? {} : { device }), ...(transaction === null ? {} : { transaction }) };
	const known = isFaultCode(code);
	return new Fault(known ? code : "internal", {
		detail: known ? detail : `${code}: ${detail}`,
		context,
		...(cause === null ? {} : { extended: cause }),
	});
}

function isFaultCode(code: string): code is FaultCode {
	return Object.hasOwn(faultCodes, code);
}
