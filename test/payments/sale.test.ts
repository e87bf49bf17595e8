import { mkdtempSync, readdirSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { openHostLine } from "../../src/acquirers/open-host-line.ts";
import { openJournal } from "../../src/journal/open-journal.ts";
import type { Transaction } from "../../src/journal/transaction.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { openPayments } from "../../src/payments/open-payments.ts";
import type { PaymentRequest, Payments } from "../../src/payments/payments.ts";
import { openPort } from "../../src/ports/open-port.ts";
import { lengthPrefixFraming } from "../../src/wire/length-prefix-framing.ts";
import { type ClearPad, clearPad } from "../support/clear-pad.ts";
import { silentLog } from "../support/silent-log.ts";
import { type AcquirerProcess, startAcquirer } from "../support/start-acquirer.ts";
import { shippedProfile, terminal, testCard } from "../support/unionpay.ts";

const profile = shippedProfile();

let host: AcquirerProcess;
let directory: string;
let pad: ClearPad;
let payments: Payments;
let close: () => Promise<void>;

/** A daemon's money side over a real journal and a real line; `close` is what a stop leaves behind. */
async function start(): Promise<void> {
	const clock = systemClock;
	const log = silentLog;
	const journal = await openJournal({ directory, clock, log });
	const line = openHostLine({
		hosts: [{ kind: "tcp", host: "127.0.0.1", port: host.port }],
		mode: "per_exchange",
		framing: lengthPrefixFraming({ maxPayload: 2048 }),
		connectMs: 1000,
		openPort,
		correlate: (message) => profile.correlate(message),
		clock,
		log,
	});
	const timers = { answerMs: 150, reversalAnswerMs: 150, reversalBackoffMs: [60_000] } as const;
	payments = await openPayments({
		journal,
		clock,
		log,
		lanes: [
			{
				id: "lane1",
				pinPad: pad.device,
				printer: undefined,
				acquirer: { id: "bank", profile, line, timers },
				terminal,
				currency: { alphabetic: "CNY", numeric: "156", digits: 2 },
				keys: { master: 0, tpk: 0, tak: 1, tdk: 2 },
				pin: { timeoutMs: 1000, minLength: 4, maxLength: 6 },
				supervised: ["void", "refund"],
				completion: { percent: 115, days: 30 },
				slips: { merchantName: "测试商户", language: "both", testMode: true },
			},
		],
	});
	close = async () => {
		await payments.close();
		await line.close();
		await journal.close();
	};
}

beforeEach(async () => {
	host = await startAcquirer();
	directory = mkdtempSync(join(tmpdir(), "sale-"));
	pad = clearPad();
	await start();
});

afterEach(async () => {
	await close();
	await host.stop();
	rmSync(directory, { recursive: true });
});

let sales = 0;

function request(amount: number, own: Partial<PaymentRequest> = {}): PaymentRequest {
	sales += 1;
	return {
		kind: "sale",
		lane: "lane1",
		amount,
		currency: "CNY",
		reference: `R${sales}`,
		card: testCard(),
		pin: "ask",
		earlier: undefined,
		supervisor: undefined,
		...own,
	};
}

/** Sells and waits until nothing moves any more: finished, or its reversal in the queue and the lane free. */
async function sell(amount: number, own: Partial<PaymentRequest> = {}): Promise<Transaction> {
	const { transaction } = await payments.pay(request(amount, own), `key-${sales}`);
	return payments.wait(transaction.id, 3000);
}

function eventsOf({ id }: Transaction): readonly string[] {
	return payments.timeline(id).map(({ event }) => event.type);
}

async function ledgerStates(amount: number): Promise<readonly string[]> {
	return (await host.state()).ledger.filter((entry) => entry.amount === amount).map(({ state }) => state);
}

describe("a sale", () => {
	test("signs in by itself, takes the PIN and is approved; the host finds nothing to complain about", async () => {
		const sale = await sell(1200);
		expect(sale).toMatchObject({ state: "finished", outcome: "approved", moneyMoved: "yes", pin: "entered" });
		expect(sale.maskedPan).toBe("622202******6789");
		expect(await ledgerStates(1200)).toEqual(["approved"]);
		expect((await host.state()).violations).toEqual([]);
		expect(payments.receipt(sale.id, "merchant", false).text).toContain("12.00");
	});

	test("without PIN", async () => {
		expect(await sell(1300, { pin: "none" })).toMatchObject({ outcome: "approved", pin: "not_required" });
	});

	test("with a wrong PIN is declined and owes nothing", async () => {
		pad.state.pin = "654321";
		const sale = await sell(1400);
		expect(sale).toMatchObject({ outcome: "declined", moneyMoved: "no", reply: { responseCode: "55" } });
		expect(payments.reversals()).toEqual([]);
	});

	test("cancelled by the cardholder sends nothing", async () => {
		pad.state.pin = undefined;
		expect(await sell(1500)).toMatchObject({ outcome: "cancelled", cancelledBy: "cardholder", moneyMoved: "no" });
		expect(await ledgerStates(1500)).toEqual([]);
	});

	test("signs in and goes through when the host has forgotten its keys", async () => {
		await sell(1600);
		await host.act("sign_off");
		const sale = await sell(1700);
		expect(sale.outcome).toBe("approved");
		expect(eventsOf(sale)).toContain("to_repeat");
		expect(await ledgerStates(1700)).toEqual(["approved"]);
	});

	test("to a host that cannot be connected moved no money", async () => {
		await sell(1800);
		await host.act("stop_listening");
		expect(await sell(1900)).toMatchObject({
			outcome: "failed",
			moneyMoved: "no",
			fault: { code: "host_unreachable" },
		});
		expect(payments.reversals()).toEqual([]);
	});
});

describe("a doubtful answer is reversed", () => {
	test.each([
		["lost", { name: "drop", mti: "0200" }, "no_answer", "98"],
		["with a wrong MAC", { name: "wrong_mac", mti: "0200" }, "mac_wrong", "A0"],
		["garbage", { name: "corrupt", mti: "0200" }, "no_answer", "98"],
		["with a wrong trace number", { name: "wrong_stan", mti: "0200" }, "no_answer", "98"],
	])("%s", async (_, fault, reason, code) => {
		await payments.signIn("lane1");
		await host.setFaults(fault);
		const sale = await sell(2000);
		expect(sale).toMatchObject({
			state: "finished",
			outcome: "failed",
			moneyMoved: "no",
			reversal: { reason, state: "reversed" },
		});
		expect(await ledgerStates(2000)).toEqual(["reversed"]);
		expect((await host.state()).ledger).toContainEqual(expect.objectContaining({ amount: 2000, reversalReason: code }));
	});

	test("after the pad was unplugged, and believed only when the pad is back", async () => {
		await payments.signIn("lane1");
		// The request's MAC and the reversal's are made, the approval's cannot be checked.
		pad.state.macsUntilUnplugged = 2;
		const { transaction } = await payments.pay(request(2100), `key-${sales}`);
		await payments.wait(transaction.id, 600);
		expect(await ledgerStates(2100)).toEqual(["reversed"]);
		expect(payments.get(transaction.id)).toMatchObject({ state: "reversing", outcome: "unknown" });
		pad.state.unplugged = false;
		pad.state.macsUntilUnplugged = Number.POSITIVE_INFINITY;
		expect(await payments.retryReversal(transaction.id)).toMatchObject({ reversal: { state: "reversed" } });
	});

	test("before the next sale of the terminal, which is refused while it cannot be delivered", async () => {
		await payments.signIn("lane1");
		await host.setFaults({ name: "drop", mti: "0200" }, { name: "drop", mti: "0400", count: 2 });
		const { transaction } = await payments.pay(request(2200), `key-${sales}`);
		await payments.wait(transaction.id, 800);
		expect(payments.reversals().map(({ id }) => id)).toEqual([transaction.id]);
		expect(await sell(2300)).toMatchObject({ outcome: "failed", fault: { code: "reversal_pending" } });
		expect(await sell(2400)).toMatchObject({ outcome: "approved" });
		expect(payments.get(transaction.id).reversal?.state).toBe("reversed");
	});

	test("after a restart", async () => {
		await payments.signIn("lane1");
		await host.setFaults({ name: "drop", mti: "0200" }, { name: "drop", mti: "0400" });
		const { transaction } = await payments.pay(request(2500), `key-${sales}`);
		await payments.wait(transaction.id, 600);
		await close();
		await start();
		expect(payments.reversals().map(({ id }) => id)).toEqual([transaction.id]);
		expect(await payments.retryReversal(transaction.id)).toMatchObject({ moneyMoved: "no" });
		expect(await ledgerStates(2500)).toEqual(["reversed"]);
	});
});

describe("one key, one sale", () => {
	test("the same key and body give the same transaction, at once and after a restart", async () => {
		const order = request(3000);
		const again = { ...order, card: testCard() };
		const both = await Promise.all([payments.pay(order, "k"), payments.pay(again, "k").catch((error) => error)]);
		const first = await payments.wait(both[0].transaction.id, 3000);
		await close();
		await start();
		const repeat = await payments.pay({ ...order, card: testCard() }, "k");
		expect(repeat).toMatchObject({ kind: "repeated", transaction: { id: first.id, outcome: "approved" } });
		expect(await ledgerStates(3000)).toEqual(["approved"]);
	});

	test("the same key with another body, or a used reference, is refused", async () => {
		const order = request(3100);
		const { transaction } = await payments.pay(order, "k2");
		await payments.wait(transaction.id, 3000);
		const card = testCard();
		await expect(payments.pay({ ...order, card, amount: 3101 }, "k2")).rejects.toMatchObject({
			code: "idempotency_key_reused",
		});
		await expect(payments.pay({ ...order, card: testCard() }, "k3")).rejects.toMatchObject({
			code: "reference_reused",
		});
	});

	test("amounts, currencies and lanes are checked first", async () => {
		for (const wrong of [{ amount: 0 }, { amount: 1.5 }, { currency: "EUR" }]) {
			await expect(payments.pay(request(1, wrong), "k4")).rejects.toMatchObject({ code: "request_invalid" });
		}
		await expect(payments.pay(request(1, { lane: "x" }), "k4")).rejects.toMatchObject({ code: "lane_unknown" });
	});
});

test("nothing on disk holds a card number, a track or a PIN block", async () => {
	await sell(4000);
	await host.setFaults({ name: "drop", mti: "0200" }, { name: "drop", mti: "0400" });
	const { transaction } = await payments.pay(request(4100), `key-${sales}`);
	await payments.wait(transaction.id, 600);
	const files = readdirSync(directory).map((name) => readFileSync(join(directory, name)).toString("latin1"));
	expect(files.length).toBeGreaterThan(1);
	for (const text of files) {
		expect(text).not.toContain("6222020123456789");
		expect(text.toUpperCase()).not.toContain("36323232303230313233343536373839");
		expect(text).not.toContain("30122010000000000");
	}
});
