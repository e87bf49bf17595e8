import { z } from "zod";
import type { MoneyMoved } from "../journal/transaction.ts";
import { asFault, Fault } from "../kernel/fault.ts";
import { faultCodes } from "../kernel/fault-codes.ts";
import { redact } from "../kernel/redact.ts";
import { document } from "./documents.ts";
import { faultReport, faultReportFields } from "./fault-report.ts";

/** One thing wrong with a request: where (JSON Pointer, RFC 6901), and what. Never the value itself. */
const requestError = z.object({
	in: z.enum(["path", "query", "header", "body"]),
	pointer: z.string().meta({ description: "JSON Pointer into that part", examples: ["/card/pan"] }),
	detail: z.string(),
});

export type RequestError = Readonly<z.infer<typeof requestError>>;

/** What a client gets instead of an answer (RFC 9457), as `application/problem+json`. */
export const problemDocument = document(
	"Problem",
	z.object({
		type: z.string().meta({ description: "Where the daemon explains this code", examples: ["/problems/lane_busy"] }),
		title: z.string(),
		status: z.int(),
		...faultReportFields,
		retryable: z.boolean().meta({ description: "Whether the same request, with the same key, may be sent again" }),
		moneyMoved: z.enum(["no", "yes", "unknown"]).meta({ description: "What is known of the money of this request" }),
		transaction: z.string().nullable().meta({ description: "The transaction it is about" }),
		errors: z.array(requestError).meta({ description: "What is wrong with the request, when that is it" }),
	}),
);

/** A request that cannot be understood. */
export class RequestFault extends Fault {
	readonly errors: readonly RequestError[];

	constructor(code: "request_invalid" | "idempotency_key_missing" | "card_invalid", errors: readonly RequestError[]) {
		super(code, { detail: errors.map(({ pointer, detail }) => `${pointer || "the body"}: ${detail}`).join("; ") });
		this.errors = errors;
	}
}

/** The problem document of a fault. Whatever a lower room put into its texts, no account number leaves in it. */
export function problemOf(fault: Fault, moneyMoved: MoneyMoved): unknown {
	const { title, status, retryable } = faultCodes[fault.code];
	const { transaction } = fault.context;
	return redact({
		type: `/problems/${fault.code}`,
		title,
		status,
		...faultReport(fault),
		retryable,
		moneyMoved,
		transaction: typeof transaction === "string" ? transaction : null,
		errors: fault instanceof RequestFault ? [...fault.errors] : [],
	} satisfies z.input<typeof problemDocument>);
}

/** What the framework throws, in our words: its texts may quote the request. */
const frameworkCodes: Readonly<Record<string, () => Fault>> = {
	FST_ERR_CTP_BODY_TOO_LARGE: () => new Fault("request_too_large"),
	FST_ERR_CTP_INVALID_MEDIA_TYPE: () => new Fault("media_type_refused"),
	FST_ERR_CTP_INVALID_CONTENT_LENGTH: () => invalid("header", "/content-length", "does not fit the body"),
	FST_ERR_BAD_URL: () => invalid("path", "", "is not a valid URL path"),
};

/** The fault behind anything a request ended with. */
export function requestFault(thrown: unknown): Fault {
	const code = thrown instanceof Error && "code" in thrown ? String(thrown.code) : "";
	return frameworkCodes[code]?.() ?? asFault(thrown);
}

/** A request with one mistake. */
export function invalid(part: RequestError["in"], pointer: string, detail: string): RequestFault {
	return new RequestFault("request_invalid", [{ in: part, pointer, detail }]);
}
