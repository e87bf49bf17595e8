import { readdirSync, readFileSync } from "node:fs";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Transaction } from "../../src/journal/transaction.ts";
import { type MoneySide, openMoneySide } from "../support/money-side.ts";
import { testCard } from "../support/unionpay.ts";

let side: MoneySide;

beforeEach(async () => {
	side = await openMoneySide();
});

afterEach(() => side.close());

/** Starts a sale whose answer and first reversals get lost; gives it when the first of these has failed. */
async function sellInDoubt(amount: number, lostReversals: number): Promise<Transaction> {
	await side.host.setFaults({ name: "drop", mti: "0200" }, { name: "drop", mti: "0400", count: lostReversals });
	const { transaction } = await side.payments.pay(side.request(amount), `doubt-${amount}`);
	return side.until(transaction.id, ({ reversal }) => reversal?.lastFailure !== undefined);
}

function eventsOf({ id }: Transaction): readonly string[] {
	return side.payments.timeline(id).map(({ event }) => event.type);
}

async function ledgerStates(amount: number): Promise<readonly string[]> {
	return (await side.host.state()).ledger.filter((entry) => entry.amount === amount).map(({ state }) => state);
}

describe("a sale", () => {
	test("signs in by itself, takes the PIN and is approved; the host finds nothing to complain about", async () => {
		const sale = await side.pay(1200);
		expect(sale).toMatchObject({ state: "finished", outcome: "approved", moneyMoved: "yes", pin: "entered" });
		expect(sale.maskedPan).toBe("622202******6789");
		expect(await ledgerStates(1200)).toEqual(["approved"]);
		expect((await side.host.state()).violations).toEqual([]);
		expect(side.payments.receipt(sale.id, "merchant", false).text).toContain("12.00");
	});

	test("without PIN", async () => {
		expect(await side.pay(1300, { pin: "none" })).toMatchObject({ outcome: "approved", pin: "not_required" });
	});

	test("with a wrong PIN is declined and owes nothing", async () => {
		side.pad.state.pin = "654321";
		const sale = await side.pay(1400);
		expect(sale).toMatchObject({ outcome: "declined", moneyMoved: "no", reply: { responseCode: "55" } });
		expect(side.payments.reversals()).toEqual([]);
	});

	test("cancelled by the cardholder sends nothing", async () => {
		side.pad.state.pin = undefined;
		expect(await side.pay(1500)).toMatchObject({ outcome: "cancelled", cancelledBy: "cardholder", moneyMoved: "no" });
		expect(await ledgerStates(1500)).toEqual([]);
	});

	test("signs in and goes through when the host has forgotten its keys", async () => {
		await side.pay(1600);
		await side.host.act("sign_off");
		const sale = await side.pay(1700);
		expect(sale.outcome).toBe("approved");
		expect(eventsOf(sale)).toContain("to_repeat");
		expect(await ledgerStates(1700)).toEqual(["approved"]);
	});

	test("to a host that cannot be connected moved no money", async () => {
		await side.pay(1800);
		await side.host.act("stop_listening");
		expect(await side.pay(1900)).toMatchObject({
			outcome: "failed",
			moneyMoved: "no",
			fault: { code: "host_unreachable" },
		});
		expect(side.payments.reversals()).toEqual([]);
	});
});

describe("a doubtful answer is reversed", () => {
	test.each([
		["lost", { name: "drop", mti: "0200" }, "no_answer", "98"],
		["with a wrong MAC", { name: "wrong_mac", mti: "0200" }, "mac_wrong", "A0"],
		["garbage", { name: "corrupt", mti: "0200" }, "no_answer", "98"],
		["with a wrong trace number", { name: "wrong_stan", mti: "0200" }, "no_answer", "98"],
	])("%s", async (_, fault, reason, code) => {
		await side.payments.signIn("lane1");
		await side.host.setFaults(fault);
		const sale = await side.pay(2000);
		expect(sale).toMatchObject({
			state: "finished",
			outcome: "failed",
			moneyMoved: "no",
			reversal: { reason, state: "reversed" },
		});
		expect(await ledgerStates(2000)).toEqual(["reversed"]);
		expect((await side.host.state()).ledger).toContainEqual(
			expect.objectContaining({ amount: 2000, reversalReason: code }),
		);
	});

	test("after the pad was unplugged, and believed only when the pad is back", async () => {
		await side.payments.signIn("lane1");
		// The request's MAC and the reversal's are made, the approval's cannot be checked.
		side.pad.state.macsUntilUnplugged = 2;
		const { transaction } = await side.payments.pay(side.request(2100), "unplugged");
		await side.until(transaction.id, ({ reversal }) => reversal?.lastFailure !== undefined);
		expect(await ledgerStates(2100)).toEqual(["reversed"]);
		expect(side.payments.get(transaction.id)).toMatchObject({ state: "reversing", outcome: "unknown" });
		side.pad.state.unplugged = false;
		side.pad.state.macsUntilUnplugged = Number.POSITIVE_INFINITY;
		expect(await side.payments.retryReversal(transaction.id)).toMatchObject({ reversal: { state: "reversed" } });
	});

	test("before the next sale of the terminal, which is refused while it cannot be delivered", async () => {
		await side.payments.signIn("lane1");
		const doubtful = await sellInDoubt(2200, 2);
		expect(side.payments.reversals().map(({ id }) => id)).toEqual([doubtful.id]);
		expect(await side.pay(2300)).toMatchObject({ outcome: "failed", fault: { code: "reversal_pending" } });
		expect(await side.pay(2400)).toMatchObject({ outcome: "approved" });
		expect(side.payments.get(doubtful.id).reversal?.state).toBe("reversed");
	});

	test("after a restart", async () => {
		await side.payments.signIn("lane1");
		const doubtful = await sellInDoubt(2500, 1);
		await side.restart();
		expect(side.payments.reversals().map(({ id }) => id)).toEqual([doubtful.id]);
		expect(await side.payments.retryReversal(doubtful.id)).toMatchObject({ moneyMoved: "no" });
		expect(await ledgerStates(2500)).toEqual(["reversed"]);
	});
});

describe("one key, one sale", () => {
	test("the same key and body give the same transaction, at once and after a restart", async () => {
		const order = side.request(3000);
		const again = { ...order, card: testCard() };
		const both = await Promise.all([
			side.payments.pay(order, "k"),
			side.payments.pay(again, "k").catch((error) => error),
		]);
		const first = await side.payments.wait(both[0].transaction.id, 3000);
		await side.restart();
		const repeat = await side.payments.pay({ ...order, card: testCard() }, "k");
		expect(repeat).toMatchObject({ kind: "repeated", transaction: { id: first.id, outcome: "approved" } });
		expect(await ledgerStates(3000)).toEqual(["approved"]);
	});

	test("the same key with another body, or a used reference, is refused", async () => {
		const order = side.request(3100);
		const { transaction } = await side.payments.pay(order, "k2");
		await side.payments.wait(transaction.id, 3000);
		const card = testCard();
		await expect(side.payments.pay({ ...order, card, amount: 3101 }, "k2")).rejects.toMatchObject({
			code: "idempotency_key_reused",
		});
		await expect(side.payments.pay({ ...order, card: testCard() }, "k3")).rejects.toMatchObject({
			code: "reference_reused",
		});
	});

	test("amounts, currencies and lanes are checked first", async () => {
		for (const wrong of [{ amount: 0 }, { amount: 1.5 }, { currency: "EUR" }]) {
			await expect(side.payments.pay(side.request(1, wrong), "k4")).rejects.toMatchObject({ code: "request_invalid" });
		}
		await expect(side.payments.pay(side.request(1, { lane: "x" }), "k4")).rejects.toMatchObject({
			code: "lane_unknown",
		});
	});
});

test("nothing on disk holds a card number, a track or a PIN block", async () => {
	await side.pay(4000);
	await sellInDoubt(4100, 1);
	const files = readdirSync(side.directory).map((name) => readFileSync(join(side.directory, name)).toString("latin1"));
	expect(files.length).toBeGreaterThan(1);
	for (const text of files) {
		expect(text).not.toContain("6222020123456789");
		expect(text.toUpperCase()).not.toContain("36323232303230313233343536373839");
		expect(text).not.toContain("30122010000000000");
	}
});
