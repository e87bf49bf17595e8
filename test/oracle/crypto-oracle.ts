/**
 * Answers questions about payment cryptography, so that it can be compared with another implementation:
 * one JSON line in, `{"id", "fn", "args"}`, one JSON line out, `{"id", "ok", "result"}` or `{"id", "ok", "error"}`.
 * Works on test keys given on its input and holds none.
 */
import { createInterface } from "node:readline";
import { z } from "zod";
import { CryptoError } from "../../src/crypto/crypto-error.ts";
import { type OracleResult, oracleFunctions } from "./oracle-functions.ts";

type Answer =
	| { readonly id: unknown; readonly ok: true; readonly result: OracleResult }
	| { readonly id: unknown; readonly ok: false; readonly error: string };

const request = z.object({ fn: z.string(), args: z.unknown() });
const identified = z.object({ id: z.unknown() });

function answer(line: string): Answer {
	let id: unknown = null;
	try {
		const question: unknown = JSON.parse(line);
		id = identified.safeParse(question).data?.id ?? null;
		const { fn, args } = request.parse(question);
		const run = oracleFunctions.get(fn);
		if (run === undefined) {
			return { id, ok: false, error: "fn_unknown: there is no such function" };
		}
		return { id, ok: true, result: run(args) };
	} catch (error) {
		return { id, ok: false, error: describe(error) };
	}
}

function describe(error: unknown): string {
	if (error instanceof CryptoError) {
		return `${error.code}: ${error.message}`;
	}
	if (error instanceof z.ZodError) {
		const issue = error.issues[0];
		return `args_invalid: ${issue?.path.join(".")}: ${issue?.message}`;
	}
	if (error instanceof SyntaxError) {
		return "line_invalid: not a JSON line";
	}
	return `args_invalid: ${error instanceof RangeError ? error.message : "not usable"}`;
}

for await (const line of createInterface({ input: process.stdin, crlfDelay: Number.POSITIVE_INFINITY })) {
	process.stdout.write(`${JSON.stringify(answer(line))}\n`);
}
