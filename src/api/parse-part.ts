import type { z } from "zod";
import { type RequestError, RequestFault } from "./problem.ts";

type Part = RequestError["in"];

/**
 * One part of a request, validated.
 * @throws Fault `request_invalid` that says where and what, without the value; `idempotency_key_missing`
 */
export function parsePart<S extends z.ZodType>(schema: S, part: Part, value: unknown): z.output<S> {
	const result = schema.safeParse(value);
	if (result.success) {
		return result.data;
	}
	const errors = result.error.issues.flatMap((issue) => requestErrors(part, issue));
	const keyMissing = errors.some(({ in: where, pointer }) => where === "header" && pointer === "/idempotency-key");
	throw new RequestFault(keyMissing && !hasKey(value) ? "idempotency_key_missing" : "request_invalid", errors);
}

/** An unknown key is reported where it stands. */
function requestErrors(part: Part, issue: z.core.$ZodIssue): readonly RequestError[] {
	if (issue.code === "unrecognized_keys") {
		return issue.keys.map((key) => ({ in: part, pointer: pointer([...issue.path, key]), detail: "is not known here" }));
	}
	return [{ in: part, pointer: pointer(issue.path), detail: issue.message }];
}

/** JSON Pointer (RFC 6901). */
function pointer(path: readonly PropertyKey[]): string {
	return path.map((step) => `/${String(step).replaceAll("~", "~0").replaceAll("/", "~1")}`).join("");
}

function hasKey(headers: unknown): boolean {
	return typeof headers === "object" && headers !== null && "idempotency-key" in headers;
}
