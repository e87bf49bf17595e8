import { describe, expect, test } from "vitest";
import { foldTransaction, type Transaction } from "../../src/journal/transaction.ts";
import type { TransactionEvent } from "../../src/journal/transaction-events.ts";
import { type CorrectionCase, judgeCorrection } from "../../src/payments/correction-rules.ts";
import { present } from "../support/present.ts";

const at = Date.UTC(2026, 0, 2, 12);
const day = 86_400_000;

/** An approved payment of 10.00 on lane 1 in batch 1. */
function payment(kind: Transaction["kind"], own: Partial<Transaction> = {}): Transaction {
	const order = { id: "txn_1", kind, lane: "lane1", amount: 1000, currency: "CNY", reference: "R1" } as const;
	const host = { acquirer: "bank", terminalId: "1", merchantId: "2", stan: "000101", batch: "000001" };
	const events: readonly TransactionEvent[] = [
		{ type: "accepted", at, ...order, businessDay: "20260102", idempotencyKey: "k", fingerprint: "f" },
		{ type: "card_read", at, entry: "magnetic", maskedPan: "622202******6789", cardMark: "card" },
		{ type: "prepared", at, host },
		{ type: "approved", at, reply: { responseCode: "00" }, partial: false },
	];
	return { ...present(foldTransaction(events), "payment"), ...own };
}

function facts(own: Partial<CorrectionCase> = {}): CorrectionCase {
	return {
		kind: "void",
		earlier: payment("sale"),
		corrected: { voidedBy: undefined, completedBy: undefined, refunded: 0, underWay: undefined },
		amount: undefined,
		cardMark: "card",
		lane: "lane1",
		batch: "000001",
		businessDay: "20260102",
		now: at + day,
		limits: { percent: 115, days: 30 },
		...own,
	};
}

const untouched = facts().corrected;

describe("an amount", () => {
	test.each([
		{ is: "of a void is that of the sale", own: {}, amount: 1000 },
		{
			is: "of a void of a partial approval is what was approved",
			own: { earlier: payment("sale", { reply: { responseCode: "10", approvedAmount: 400 } }) },
			amount: 400,
		},
		{
			is: "of a refund is what is left",
			own: { kind: "refund", corrected: { ...untouched, refunded: 300 } },
			amount: 700,
		},
		{ is: "of a refund may be a part", own: { kind: "refund", amount: 1 }, amount: 1 },
		{
			is: "of a completion may be 115 %",
			own: { kind: "completion", earlier: payment("preauth"), amount: 1150 },
			amount: 1150,
		},
		{ is: "of a refund of a completion", own: { kind: "refund", earlier: payment("completion") }, amount: 1000 },
	] as const)("$is", ({ own, amount }) => {
		expect(judgeCorrection(facts(own))).toBe(amount);
	});
});

describe("refused, and nothing is sent:", () => {
	test.each([
		{ is: "a void of a refund", own: { earlier: payment("refund") }, code: "earlier_unsuitable" },
		{
			is: "a refund of a pre-authorisation",
			own: { kind: "refund", earlier: payment("preauth") },
			code: "earlier_unsuitable",
		},
		{
			is: "a void of a declined sale",
			own: { earlier: payment("sale", { outcome: "declined" }) },
			code: "earlier_unsuitable",
		},
		{
			is: "a void of a voided sale",
			own: { corrected: { ...untouched, voidedBy: "txn_2" } },
			code: "already_corrected",
		},
		{
			is: "a refund of a voided sale",
			own: { kind: "refund", corrected: { ...untouched, voidedBy: "txn_2" } },
			code: "already_corrected",
		},
		{
			is: "a void of a partly refunded sale",
			own: { corrected: { ...untouched, refunded: 1 } },
			code: "already_corrected",
		},
		{
			is: "a second completion",
			own: { kind: "completion", earlier: payment("preauth"), corrected: { ...untouched, completedBy: "txn_2" } },
			code: "already_corrected",
		},
		{
			is: "a void while another is under way",
			own: { corrected: { ...untouched, underWay: "txn_2" } },
			code: "earlier_busy",
		},
		{ is: "a void of a settled batch", own: { batch: "000002" }, code: "already_settled" },
		{ is: "a void on the next day", own: { businessDay: "20260103" }, code: "already_settled" },
		{ is: "a void on another lane", own: { lane: "lane2" }, code: "earlier_unsuitable" },
		{ is: "another card", own: { cardMark: "other" }, code: "card_differs" },
		{ is: "a void of a part", own: { amount: 999 }, code: "amount_exceeded" },
		{ is: "a refund above the sale", own: { kind: "refund", amount: 1001 }, code: "amount_exceeded" },
		{
			is: "a refund above what is left",
			own: { kind: "refund", amount: 701, corrected: { ...untouched, refunded: 300 } },
			code: "amount_exceeded",
		},
		{
			is: "a refund when nothing is left",
			own: { kind: "refund", corrected: { ...untouched, refunded: 1000 } },
			code: "amount_exceeded",
		},
		{
			is: "a completion above 115 %",
			own: { kind: "completion", earlier: payment("preauth"), amount: 1151 },
			code: "amount_exceeded",
		},
		{
			is: "a completion after 30 days",
			own: { kind: "completion", earlier: payment("preauth"), now: at + 30 * day + 1 },
			code: "too_old",
		},
	] as const)("$is", ({ own, code }) => {
		expect(() => judgeCorrection(facts(own))).toThrow(expect.objectContaining({ code }));
	});
});
