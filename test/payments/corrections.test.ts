import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Transaction } from "../../src/journal/transaction.ts";
import type { PaymentRequest } from "../../src/payments/payments.ts";
import { type MoneySide, openMoneySide } from "../support/money-side.ts";
import { testCard } from "../support/unionpay.ts";

let side: MoneySide;

beforeEach(async () => {
	side = await openMoneySide();
	await side.payments.signIn("lane1");
});

afterEach(() => side.close());

/** Corrects or completes an earlier payment, allowed by a supervisor. */
function correct(
	kind: PaymentRequest["kind"],
	{ id }: Transaction,
	own: Partial<PaymentRequest> = {},
): Promise<Transaction> {
	return side.pay(0, {
		kind,
		amount: undefined,
		earlier: { transaction: id },
		pin: "none",
		supervisor: "Mrs Wang",
		...own,
	});
}

async function entry(amount: number) {
	return (await side.host.state()).ledger.find((one) => one.amount === amount);
}

describe("the host and we agree on", () => {
	afterEach(async () => {
		const { violations } = await side.host.state();
		if (violations.length > 0) {
			throw new Error(`the host complains: ${JSON.stringify(violations)}`);
		}
	});

	test("a void", async () => {
		const sale = await side.pay(1100);
		const undone = await correct("void", sale);
		expect(undone).toMatchObject({
			outcome: "approved",
			moneyMoved: "yes",
			amount: 1100,
			supervisor: "Mrs Wang",
			earlier: { transaction: sale.id, stan: sale.host?.stan },
		});
		expect(side.payments.corrected(sale.id)).toMatchObject({ voidedBy: undone.id });
		expect(side.payments.receipt(undone.id, "merchant", false).text).toContain("VOID");
		await expect(correct("void", sale)).rejects.toMatchObject({ code: "already_corrected" });
		await expect(correct("refund", sale)).rejects.toMatchObject({ code: "already_corrected" });
	});

	test("refunds in parts, up to the whole", async () => {
		const sale = await side.pay(1200);
		expect(await correct("refund", sale, { amount: 500 })).toMatchObject({ outcome: "approved", amount: 500 });
		await expect(correct("refund", sale, { amount: 701 })).rejects.toMatchObject({ code: "amount_exceeded" });
		expect(await correct("refund", sale)).toMatchObject({ outcome: "approved", amount: 700 });
		expect(side.payments.corrected(sale.id)).toMatchObject({ refunded: 1200 });
		await side.restart();
		expect(side.payments.corrected(sale.id)).toMatchObject({ refunded: 1200 });
	});

	test("a pre-authorisation, its completion, and the void of that", async () => {
		const held = await side.pay(1300, { kind: "preauth" });
		expect(held).toMatchObject({ outcome: "approved", moneyMoved: "no" });
		const taken = await correct("completion", held, { amount: 1400 });
		expect(taken).toMatchObject({ outcome: "approved", moneyMoved: "yes", amount: 1400 });
		await expect(correct("preauth_void", held)).rejects.toMatchObject({ code: "already_corrected" });
		expect(await correct("completion_void", taken)).toMatchObject({ outcome: "approved" });
	});

	test("the release of a pre-authorisation", async () => {
		const held = await side.pay(1350, { kind: "preauth" });
		expect(await correct("preauth_void", held)).toMatchObject({ outcome: "approved", moneyMoved: "no" });
		await expect(correct("completion", held)).rejects.toMatchObject({ code: "already_corrected" });
	});

	test("a balance, which prints nothing and moves nothing", async () => {
		const asked = await side.pay(0, { kind: "balance", amount: undefined });
		expect(asked).toMatchObject({ outcome: "approved", moneyMoved: "no", slips: [] });
		expect(asked.reply?.balance).toBeGreaterThan(0);
	});
});

describe("in doubt", () => {
	test("a void is reversed, and the sale stands as if nobody had touched it", async () => {
		const sale = await side.pay(2100);
		await side.host.setFaults({ name: "drop", mti: "0200" });
		const lost = await correct("void", sale);
		expect(lost).toMatchObject({ outcome: "failed", reversal: { state: "reversed" } });
		expect(side.payments.corrected(sale.id)).toMatchObject({ voidedBy: undefined, underWay: undefined });
		expect(await correct("void", sale)).toMatchObject({ outcome: "approved" });
	});

	test("a pre-authorisation and a completion are reversed", async () => {
		await side.host.setFaults({ name: "drop", mti: "0100" });
		expect(await side.pay(2200, { kind: "preauth" })).toMatchObject({ reversal: { state: "reversed" } });
		const held = await side.pay(2300, { kind: "preauth" });
		await side.host.setFaults({ name: "wrong_mac", mti: "0200" });
		expect(await correct("completion", held)).toMatchObject({ reversal: { state: "reversed", reason: "mac_wrong" } });
		expect(await correct("completion", held)).toMatchObject({ outcome: "approved" });
	});

	test("a refund stays unknown, comes first in every list, and nothing else is refunded of that sale", async () => {
		const sale = await side.pay(2400);
		await side.host.setFaults({ name: "drop", mti: "0220" });
		const lost = await correct("refund", sale, { amount: 100 });
		expect(lost).toMatchObject({ state: "finished", outcome: "unknown", moneyMoved: "unknown", reversal: undefined });
		await side.pay(2401);
		expect(side.payments.find({ limit: 10 })[0]?.id).toBe(lost.id);
		await expect(correct("refund", sale, { amount: 100 })).rejects.toMatchObject({ code: "earlier_busy" });
		await side.restart();
		expect(side.payments.find({ unknown: true, limit: 10 }).map(({ id }) => id)).toEqual([lost.id]);
	});
});

describe("refused before anything is sent:", () => {
	let sale: Transaction;
	let before: number;

	beforeEach(async () => {
		sale = await side.pay(3000);
		before = (await side.host.state()).ledger.length;
	});

	afterEach(async () => {
		const { ledger } = await side.host.state();
		if (ledger.length !== before) {
			throw new Error(`the host heard of it: ${JSON.stringify(ledger.at(-1))}`);
		}
	});

	test.each([
		["without a supervisor", { supervisor: undefined }, "supervisor_needed"],
		["of an unknown payment", { earlier: { transaction: "txn_nothing" } }, "earlier_unknown"],
		["of no payment", { earlier: undefined, amount: 1 }, "earlier_incomplete"],
		["in another currency", { currency: "EUR" }, "request_invalid"],
		["of an amount of 0", { amount: 0 }, "request_invalid"],
		["of more than the sale", { amount: 3001 }, "amount_exceeded"],
	] as const)("a refund %s", async (_, own, code) => {
		await expect(correct("refund", sale, own)).rejects.toMatchObject({ code });
	});

	test("a void without the id of ours", async () => {
		const earlier = { retrievalReference: "101530000101" };
		await expect(correct("void", sale, { earlier })).rejects.toMatchObject({ code: "earlier_incomplete" });
	});

	test("the same key for a void and a refund", async () => {
		const order = side.request(0, {
			kind: "void",
			amount: undefined,
			earlier: { transaction: sale.id },
			supervisor: "W",
		});
		const { transaction } = await side.payments.pay(order, "twice");
		await side.payments.wait(transaction.id, 5_000);
		before += 1;
		await expect(side.payments.pay({ ...order, kind: "refund", card: testCard() }, "twice")).rejects.toMatchObject({
			code: "idempotency_key_reused",
		});
	});
});

test("a refund by what the slip says, of a payment this journal does not know", async () => {
	const sale = await side.pay(4000);
	const { retrievalReference = "", date = "" } = sale.reply ?? {};
	const earlier = { retrievalReference, date };
	expect(await correct("refund", sale, { earlier, amount: 4000 })).toMatchObject({ outcome: "approved" });
	expect(await entry(4000)).toBeDefined();
});
