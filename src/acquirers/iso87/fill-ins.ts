import { rfc3339 } from "../../kernel/clock.ts";
import { toHex } from "../../wire/hex.ts";
import type { EarlierPayment, PaymentOrder, TerminalIdentity, TraceIdentity } from "../profile.ts";
import type { FillIns } from "./template.ts";

/** When a message is made: `transmissionTime` is `MMDDhhmmss` UTC (DE 7), the others are of this place (DE 12, 13). */
export function timeFillIns(now: number) {
	const local = digitsOf(rfc3339(now));
	return {
		transmissionTime: digitsOf(rfc3339(now, 0)).slice(4),
		localTime: local.slice(8),
		localDate: local.slice(4, 8),
	} satisfies FillIns;
}

/** Who asks, and under which number. */
export function terminalFillIns(terminal: TerminalIdentity, { stan, batch }: TraceIdentity) {
	const { terminalId, merchantId, operator, serialNumber } = terminal;
	return { terminalId, merchantId, operator, serialNumber, stan, batch } satisfies FillIns;
}

/** What is asked for. `entry` is the text of field 22. */
export function paymentFillIns(
	{ kind, amount, currency, earlier = {} }: Pick<PaymentOrder, "kind" | "amount" | "currency" | "earlier">,
	entry: string,
) {
	return {
		amount: kind === "balance" ? undefined : String(amount).padStart(12, "0"),
		currency,
		entry,
		...earlierFillIns(earlier),
	} satisfies FillIns;
}

/** What goes with a PIN; under a session key there is no `ksn`. */
export function pinFillIns({ pin, longestPin }: Pick<PaymentOrder, "pin" | "longestPin">) {
	return {
		ksn: pin?.ksn === undefined ? undefined : toHex(pin.ksn),
		longestPin: String(longestPin).padStart(2, "0"),
	} satisfies FillIns;
}

function earlierFillIns({ batch, stan, date, retrievalReference, approvalCode }: EarlierPayment) {
	return {
		"earlier.batch": batch,
		"earlier.stan": stan,
		"earlier.date": date,
		"earlier.retrievalReference": retrievalReference,
		"earlier.approvalCode": approvalCode,
	} satisfies FillIns;
}

/** `YYYYMMDDhhmmss` of a time as RFC 3339 writes it. */
function digitsOf(time: string): string {
	return time.slice(0, 19).replaceAll(/\D/g, "");
}
