import type { Readable } from "node:stream";
import { z } from "zod";
import { parsePart } from "./parse-part.ts";
import type { Scope } from "./scopes.ts";
import type { Token } from "./tokens.ts";

/** One kind of answer: a JSON document, or text of another media type. */
type AnswerSpec = {
	readonly description: string;
	/** What the headers that come with it mean, by name. */
	readonly headers?: Readonly<Record<string, string>>;
} & ({ readonly schema: z.ZodType } | { readonly media: string });

type AnswerSpecs = Readonly<Record<number, AnswerSpec>>;

type BodyOf<A> = A extends { readonly schema: infer S extends z.ZodType } ? z.input<S> : string | Readable;

/** What a handler may answer: exactly what its route describes. */
type AnswerOf<A extends AnswerSpecs> = {
	readonly [S in keyof A]: {
		readonly status: S;
		readonly body: BodyOf<A[S]>;
		readonly headers?: Readonly<Record<string, string>>;
	};
}[keyof A];

/** The parts of a request a route understands; each is validated by the schema that describes it. */
interface RequestSpec {
	readonly params: z.ZodObject;
	readonly query: z.ZodObject;
	readonly headers: z.ZodObject;
	readonly body: z.ZodType;
}

/** For the parts a route does not look at. */
export const nothing = { params: z.strictObject({}), query: z.strictObject({}), headers: z.object({}), body: noBody() };

interface Call<R extends RequestSpec> extends CallContext {
	readonly params: z.output<R["params"]>;
	readonly query: z.output<R["query"]>;
	readonly headers: z.output<R["headers"]>;
	readonly body: z.output<R["body"]>;
}

/** Who calls, and until when anybody wants to know. */
interface CallContext {
	/** The caller's token; absent on routes that need none. */
	readonly token: Token | undefined;
	/** Name of the supervisor who stands beside the caller. @throws Fault `supervisor_needed` */
	readonly supervisor: () => string | undefined;
	/** True as long as the caller's token holds its scope: for answers that go on for hours. */
	readonly allowed: () => boolean;
	/** Aborts when the caller has gone or the daemon stops. */
	readonly signal: AbortSignal;
}

interface RouteSpec<R extends RequestSpec, A extends AnswerSpecs> {
	readonly method: "GET" | "POST";
	/** With parameters as `:name`. */
	readonly url: string;
	/** `open` needs no token. */
	readonly scope: Scope | "open";
	readonly tag: string;
	readonly summary: string;
	readonly request: R;
	readonly answers: A;
	readonly handle: (call: Call<R>) => AnswerOf<A> | Promise<AnswerOf<A>>;
}

/** A request as it came. */
interface RawCall extends CallContext {
	readonly params: unknown;
	readonly query: unknown;
	readonly headers: unknown;
	readonly body: unknown;
}

interface RawAnswer {
	readonly status: number;
	readonly body: unknown;
	readonly media: string;
	readonly headers: Readonly<Record<string, string>>;
}

/** A route as data: what it takes, who may call it, what it answers, and the function between. */
export interface Route extends Omit<RouteSpec<RequestSpec, AnswerSpecs>, "handle"> {
	/** @throws Fault: everything that is not an answer of the route */
	run(call: RawCall): Promise<RawAnswer>;
}

/** Ties a handler to the schemas of its route. */
export function route<const R extends RequestSpec, const A extends AnswerSpecs>(spec: RouteSpec<R, A>): Route {
	const { handle, ...description } = spec;
	const { request, answers } = spec;
	return {
		...description,
		async run(raw) {
			const answer = await handle({
				token: raw.token,
				supervisor: raw.supervisor,
				allowed: raw.allowed,
				signal: raw.signal,
				params: parsePart<R["params"]>(request.params, "path", raw.params),
				headers: parsePart<R["headers"]>(request.headers, "header", raw.headers),
				query: parsePart<R["query"]>(request.query, "query", raw.query),
				body: parsePart<R["body"]>(request.body, "body", raw.body),
			});
			return {
				status: Number(answer.status),
				body: answer.body,
				media: mediaOf(answers[Number(answer.status)]),
				headers: answer.headers ?? {},
			};
		},
	};
}

/** Many clients send an empty object, or a content type without a body. */
function noBody() {
	return z.strictObject({}).optional();
}

/** The media type an answer is sent with. */
function mediaOf(answer: AnswerSpec | undefined): string {
	return answer !== undefined && "media" in answer ? answer.media : "application/json; charset=utf-8";
}
