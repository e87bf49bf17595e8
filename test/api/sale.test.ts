import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Client, order } from "./client.ts";
import { type Counter, openCounter } from "./counter.ts";
import { thinkForEver } from "./think-for-ever.ts";

let counter: Counter;
let till: Client;

beforeAll(async () => {
	counter = await openCounter();
	till = counter.client("sell");
});

afterAll(() => counter.close());

let keys = 0;

function newKey(): Record<string, string> {
	keys += 1;
	return { "idempotency-key": `key-${keys}` };
}

const waiting = { prefer: "wait=5" };

async function charged(amount: unknown): Promise<number> {
	return (await counter.host.state()).ledger.filter((entry) => entry.amount === amount).length;
}

describe("a sale", () => {
	test("that waits is finished in one call", async () => {
		const answer = await till.post("/v1/transactions", order({ amount: 1250 }), { ...newKey(), ...waiting });
		expect(answer.status).toBe(201);
		expect(answer.headers.get("preference-applied")).toBe("wait=5");
		expect(answer.headers.get("location")).toBe(`/v1/transactions/${answer.body.id}`);
		expect(answer.body).toMatchObject({
			type: "sale",
			amount: 1250,
			state: "finished",
			outcome: "approved",
			moneyMoved: "yes",
			safeToRetry: false,
			card: { entry: "magnetic", maskedPan: "622202******6789" },
			pin: "entered",
			reply: { responseCode: "00", text: { en: expect.any(String) } },
			fault: null,
		});
	});

	test("that does not wait is followed at its location", async () => {
		const accepted = await till.post("/v1/transactions", order(), newKey());
		expect(accepted).toMatchObject({ status: 202, body: { outcome: "unknown", moneyMoved: "no" } });
		const location = String(accepted.headers.get("location"));
		const end = await till.get(`${location}?wait=5`);
		expect(end).toMatchObject({ status: 200, body: { state: "finished", outcome: "approved" } });
		expect(await till.get(location, waiting)).toMatchObject({ status: 200, body: { id: end.body.id } });
	});

	test("that is declined is not an error", async () => {
		counter.pad.state.pin = "654321";
		const answer = await till.post("/v1/transactions", order(), { ...newKey(), ...waiting });
		counter.pad.state.pin = "123456";
		expect(answer).toMatchObject({ status: 201, body: { outcome: "declined", safeToRetry: true, moneyMoved: "no" } });
		expect(answer.body.reply).toMatchObject({ responseCode: "55", action: "ask_pin_again" });
	});
});

describe("cancelling", () => {
	test("is a request: the transaction tells what came of it, and asking twice is asking once", async () => {
		const backToWork = thinkForEver(counter.pad);
		const waitsForPin = new Promise<void>((resolve) => {
			counter.payments.changes.subscribe(({ state }) => state === "waiting_pin" && resolve());
		});
		const sold = await till.post("/v1/transactions", order({ amount: 2900 }), newKey());
		await waitsForPin;
		expect((await till.get("/v1/lanes/lane1")).body.busyWith).toBe(sold.body.id);
		expect(await till.post("/v1/transactions", order(), newKey())).toMatchObject({
			status: 409,
			body: { code: "lane_busy", transaction: sold.body.id, retryable: true, moneyMoved: "no" },
		});
		const path = `/v1/transactions/${sold.body.id}`;
		const asked = await Promise.all([till.post(`${path}/cancel`), till.post(`${path}/cancel`)]);
		for (const { status, body } of asked) {
			expect([200, 202]).toContain(status);
			expect(["cancel_requested", "finished"]).toContain(body.state);
		}
		expect((await till.get(`${path}?wait=5`)).body).toMatchObject({
			outcome: "cancelled",
			cancelledBy: "till",
			moneyMoved: "no",
			safeToRetry: true,
		});
		backToWork();
		expect(await charged(2900)).toBe(0);
	});
});

describe("one key, one sale", () => {
	test("the same key and body, all at once, charge once and answer with one transaction", async () => {
		const sale = order({ amount: 3000 });
		const key = { ...newKey(), ...waiting };
		const answers = await Promise.all(Array.from({ length: 8 }, () => till.post("/v1/transactions", sale, key)));
		const done = answers.filter(({ status }) => status === 201);
		expect(new Set(done.map(({ body }) => body.id)).size).toBe(1);
		expect(done.filter(({ headers }) => headers.get("idempotency-replayed") === null)).toHaveLength(1);
		expect(answers.filter(({ status }) => status !== 201).map(({ body }) => body.code)).toEqual([]);
		expect(await charged(3000)).toBe(1);
	});

	test("a retry after the end gives the same transaction", async () => {
		const sale = order({ amount: 3100 });
		const key = { ...newKey(), ...waiting };
		const first = await till.post("/v1/transactions", sale, key);
		const again = await till.post("/v1/transactions", sale, key);
		expect(again).toMatchObject({ status: 201, body: { id: first.body.id, outcome: "approved" } });
		expect(again.headers.get("idempotency-replayed")).toBe("true");
		expect(again.headers.get("location")).toBe(`/v1/transactions/${first.body.id}`);
		expect(await charged(3100)).toBe(1);
	});

	test("a client that hung up changed nothing", async () => {
		const sale = order({ amount: 3150 });
		const key = newKey();
		const gone = new AbortController();
		const call = till.open("/v1/transactions", {
			method: "POST",
			headers: { "content-type": "application/json", ...key, ...waiting },
			body: JSON.stringify(sale),
			signal: gone.signal,
		});
		const accepted = new Promise((resolve) => counter.payments.changes.subscribe(resolve));
		await accepted;
		gone.abort();
		await expect(call).rejects.toThrow("aborted");
		expect(await till.post("/v1/transactions", sale, { ...key, ...waiting })).toMatchObject({
			status: 201,
			body: { outcome: "approved" },
		});
		expect(await charged(3150)).toBe(1);
	});

	test("another body under the key is refused and names the transaction", async () => {
		const sale = order();
		const key = { ...newKey(), ...waiting };
		const first = await till.post("/v1/transactions", sale, key);
		for (const other of [
			{ amount: 1 },
			{ reference: "other" },
			{ pin: "none" },
			{ card: { entry: "manual", pan: "6222020123456780", expiry: "3012" } },
		]) {
			expect(await till.post("/v1/transactions", { ...sale, ...other }, key)).toMatchObject({
				status: 422,
				body: { code: "idempotency_key_reused", transaction: first.body.id, retryable: false, moneyMoved: "no" },
			});
		}
	});

	test("a used reference under a new key is refused", async () => {
		const sale = order();
		await till.post("/v1/transactions", sale, { ...newKey(), ...waiting });
		expect(await till.post("/v1/transactions", sale, newKey())).toMatchObject({
			status: 409,
			body: { code: "reference_reused" },
		});
	});

	test("without a key nothing is sold", async () => {
		expect(await till.post("/v1/transactions", order())).toMatchObject({
			status: 400,
			body: { code: "idempotency_key_missing", errors: [{ in: "header", pointer: "/idempotency-key" }] },
		});
	});
});

describe("afterwards", () => {
	test("the timeline tells every step and hides the fingerprint", async () => {
		const { body } = await till.post("/v1/transactions", order(), { ...newKey(), ...waiting });
		const { events } = (await till.get(`/v1/transactions/${body.id}/timeline`)).body;
		expect(events.map(({ type }: { type: string }) => type)).toEqual(
			expect.arrayContaining(["accepted", "card_read", "prepared", "sent", "approved"]),
		);
		expect(events[0]).toMatchObject({ type: "accepted", details: { amount: body.amount } });
		expect(JSON.stringify(events)).not.toContain("fingerprint");
	});

	test("receipts are shown and printed again, marked as duplicate", async () => {
		const { body } = await till.post("/v1/transactions", order({ amount: 4242 }), { ...newKey(), ...waiting });
		const receipt = `/v1/transactions/${body.id}/receipts/customer`;
		const first = await till.get(receipt);
		expect(first).toMatchObject({ status: 200, body: { copy: "customer", duplicate: false } });
		expect(first.body.text).toContain("42.42");
		const again = await till.get(`${receipt}?duplicate=true`);
		expect(again.body.text).not.toBe(first.body.text);
		await expect.poll(() => counter.payments.get(body.id).slips.every(({ state }) => state === "printed")).toBe(true);
		const before = counter.printer.printed.length;
		const queued = await Promise.all([till.post(`${receipt}/print`), till.post(`${receipt}/print`)]);
		for (const { status, body } of queued) {
			expect(status).toBe(202);
			const jobs = body.slips.map(({ job }: { job: string }) => job);
			expect(jobs).toEqual([...new Set(jobs)]);
			expect(body.slips.at(-1)).toMatchObject({ copy: "customer", duplicate: true });
		}
		await expect.poll(() => counter.printer.printed.length).toBe(before + 2);
	});

	test("there is no receipt of a sale that never reached the host", async () => {
		counter.pad.state.pin = undefined;
		const { body } = await till.post("/v1/transactions", order(), { ...newKey(), ...waiting });
		counter.pad.state.pin = "123456";
		expect(body).toMatchObject({ outcome: "cancelled", cancelledBy: "cardholder", moneyMoved: "no" });
		expect(await till.get(`/v1/transactions/${body.id}/receipts/merchant`)).toMatchObject({
			status: 404,
			body: { code: "receipt_unavailable" },
		});
		expect(await till.post(`/v1/transactions/${body.id}/cancel`)).toMatchObject({
			status: 200,
			body: { outcome: "cancelled" },
		});
	});

	test("it is too late to cancel what has ended, and the problem says where the money is", async () => {
		const { body } = await till.post("/v1/transactions", order(), { ...newKey(), ...waiting });
		expect(await till.post(`/v1/transactions/${body.id}/cancel`)).toMatchObject({
			status: 409,
			body: { code: "too_late_to_cancel", transaction: body.id, moneyMoved: "yes" },
		});
	});
});

describe("a lost answer", () => {
	test("is reversed; a reversal that is owed is listed first, retried and released", async () => {
		const technician = counter.client("admin");
		await till.post("/v1/transactions", order(), { ...newKey(), ...waiting });
		await counter.host.setFaults({ name: "drop", mti: "0200", count: 1 }, { name: "drop", mti: "0400", count: 2 });
		const sold = await till.post("/v1/transactions", order(), { ...newKey(), prefer: "wait=1" });
		expect(sold).toMatchObject({
			status: 202,
			body: { state: "reversing", outcome: "unknown", moneyMoved: "unknown" },
		});
		const path = `/v1/reversals/${sold.body.id}`;
		expect((await till.get("/v1/transactions")).body.transactions[0].id).toBe(sold.body.id);
		expect((await till.get("/v1/transactions?unknown=true")).body.transactions).toHaveLength(1);
		expect((await till.get("/v1/reversals")).body.reversals).toMatchObject([{ reversal: { state: "owed" } }]);
		expect((await till.get("/v1/lanes/lane1/readiness")).body).toMatchObject({
			ready: false,
			obstacles: [{ code: "reversal_pending" }],
		});
		expect((await technician.post(`${path}/retry`)).body).toMatchObject({ reversal: { state: "owed" } });
		await counter.host.setFaults();
		expect(await technician.post(`${path}/retry`)).toMatchObject({
			status: 200,
			body: { outcome: "failed", moneyMoved: "no", reversal: { state: "reversed" } },
		});
		expect(await technician.post(`${path}/retry`)).toMatchObject({ status: 404, body: { code: "reversal_unknown" } });
	});

	test("may be taken over by a person, whose name and reason stay in the timeline", async () => {
		await counter.host.setFaults({ name: "drop", mti: "0200" }, { name: "drop", mti: "0400" });
		const sold = await till.post("/v1/transactions", order(), { ...newKey(), prefer: "wait=1" });
		await counter.host.setFaults();
		const note = { note: "Reversed by the bank, ticket 4711" };
		const released = await counter.client("admin").post(`/v1/reversals/${sold.body.id}/release`, note);
		expect(released).toMatchObject({ status: 200, body: { outcome: "unknown", reversal: { state: "released" } } });
		const { events } = (await till.get(`/v1/transactions/${sold.body.id}/timeline`)).body;
		expect(events.at(-1)).toMatchObject({ type: "reversal_released", details: { by: "test", ...note } });
	});
});
