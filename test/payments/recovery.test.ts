import { describe, expect, test } from "vitest";
import { foldTransaction } from "../../src/journal/transaction.ts";
import type { TransactionEvent } from "../../src/journal/transaction-events.ts";
import { remedyFor } from "../../src/payments/recovery.ts";
import { present } from "../support/present.ts";

const at = 0;
const host = { acquirer: "bank", terminalId: "1", merchantId: "2", stan: "000101", batch: "000001" };
const reply = { responseCode: "00" };
const accepted: TransactionEvent = {
	type: "accepted",
	at,
	id: "txn_1",
	kind: "sale",
	lane: "lane1",
	amount: 1,
	currency: "CNY",
	reference: "R",
	businessDay: "20260102",
	idempotencyKey: "k",
	fingerprint: "f",
};
const before: readonly TransactionEvent[] = [
	accepted,
	{ type: "card_read", at, entry: "magnetic", maskedPan: "622202******6789", cardMark: "c" },
	{ type: "pin_requested", at },
	{ type: "pin_taken", at, pin: "entered" },
];
const sent: readonly TransactionEvent[] = [
	{ type: "prepared", at, host },
	{ type: "sent", at },
	{ type: "reversal_signed", at },
];
const slip = { job: "prn_1", copy: "merchant" } as const;

/** What a restart does when the power was cut after each event in turn. */
function remedies(events: readonly TransactionEvent[], reversible = true): readonly string[] {
	return events.map((_, last) =>
		remedyFor(present(foldTransaction(events.slice(0, last + 1)), "transaction"), reversible),
	);
}

describe("after a power cut behind each event of", () => {
	test("an approved sale", () => {
		const events: readonly TransactionEvent[] = [
			...before,
			...sent,
			{ type: "approved", at, reply, partial: false },
			{ type: "slip_queued", at, ...slip, duplicate: false },
			{ type: "slip_printed", at, ...slip },
		];
		expect(remedies(events)).toEqual([
			"fail",
			"fail",
			"fail",
			"fail",
			// Prepared alone has sent nothing; the two are one write.
			"fail",
			"owe_reversal",
			"owe_reversal",
			"nothing",
			"print",
			"nothing",
		]);
	});

	test("a sale whose answer is lost", () => {
		const events: readonly TransactionEvent[] = [
			...before,
			...sent,
			{ type: "reversal_owed", at, reason: "no_answer", code: "host_silent", detail: "" },
			{ type: "reversal_sent", at, attempt: 1 },
			{ type: "reversal_failed", at, attempt: 1, code: "host_silent", detail: "" },
			{ type: "reversed", at, reply, note: "reversed" },
		];
		expect(remedies(events).slice(-4)).toEqual(["resume_reversal", "resume_reversal", "resume_reversal", "nothing"]);
	});

	test("what the host takes no reversal for", () => {
		expect(remedies([{ ...accepted, kind: "refund" }, ...sent], false).at(-1)).toBe("leave_in_doubt");
	});

	test("a question that moves no money", () => {
		expect(remedies([{ ...accepted, kind: "balance" }, ...sent], false).at(-1)).toBe("fail");
	});
});
