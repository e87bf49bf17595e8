import { z } from "zod";
import { Fault } from "../kernel/fault.ts";
import type { ResponseMeaning } from "./profile.ts";

const entry = z.strictObject({
	class: z.enum(["A", "B", "C", "D", "E"]),
	verdict: z.enum(["approved", "partially_approved", "declined"]),
	action: z.enum(["none", "sign_in", "sign_in_and_repeat", "ask_pin_again", "retain_card", "stop_terminal"]),
	endsReversal: z.boolean(),
	en: z.string().min(1),
	zh: z.string().min(1),
});

const schema = z.strictObject({ unknown: entry, codes: z.record(z.string().regex(/^[0-9A-Z]{2}$/), entry) });

/** What each response code means; a code that is not in the table is a decline. */
export type ResponseCodes = (code: string) => ResponseMeaning;

/**
 * A table such as `config/acquirers/unionpay/response-codes.yaml`.
 * @throws Fault `config_invalid`, also when class A and the verdict of a code contradict each other
 */
export function parseResponseCodes(file: unknown): ResponseCodes {
	const parsed = schema.safeParse(file);
	if (!parsed.success) {
		throw invalid(z.prettifyError(parsed.error));
	}
	const { codes, unknown } = parsed.data;
	const known = new Map<string, ResponseMeaning>();
	for (const [code, row] of Object.entries(codes)) {
		if ((row.class === "A") !== (row.verdict !== "declined")) {
			throw invalid(`${code} is of class ${row.class} and ${row.verdict}`);
		}
		known.set(code, meaning(code, row));
	}
	return (code) => known.get(code) ?? meaning(code, unknown);
}

function meaning(code: string, row: z.infer<typeof entry>): ResponseMeaning {
	const { verdict, action, endsReversal, en, zh } = row;
	return { code, verdict, action, endsReversal, cashier: { en, zh } };
}

function invalid(detail: string): Fault {
	return new Fault("config_invalid", { detail: `response codes: ${detail}` });
}
