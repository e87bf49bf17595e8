import { expect, test } from "vitest";
import { foldTransaction } from "../../src/journal/transaction.ts";
import type { TransactionEvent } from "../../src/journal/transaction-events.ts";

const accepted: TransactionEvent = {
	type: "accepted",
	at: 1,
	id: "txn_1",
	kind: "sale",
	lane: "lane1",
	amount: 1,
	currency: "CNY",
	reference: "1",
	businessDay: "20260102",
	idempotencyKey: "1",
	fingerprint: "1",
};

test("a request to cancel that crosses the end changes nothing", () => {
	const ended: readonly TransactionEvent[] = [accepted, { type: "cancelled", at: 2, by: "cardholder" }];
	expect(foldTransaction([...ended, { type: "cancel_requested", at: 3 }])).toEqual(foldTransaction(ended));
	expect(foldTransaction([accepted, { type: "cancel_requested", at: 3 }])?.state).toBe("cancel_requested");
});
