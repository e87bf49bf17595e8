import { chmodSync } from "node:fs";
import { afterAll, afterEach, beforeAll, describe, expect, test, vi } from "vitest";
import { apiLimits } from "../../src/api/start-api.ts";
import { Fault } from "../../src/kernel/fault.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { type Client, order } from "./client.ts";
import { type Counter, openCounter } from "./counter.ts";
import { EventReader, type SeenEvent } from "./event-reader.ts";
import { thinkForEver } from "./think-for-ever.ts";

const eventStreams = 12;

let clock: ManualClock;
let counter: Counter;
let till: Client;

beforeAll(async () => {
	clock = new ManualClock();
	counter = await openCounter({ clock, limits: { ...apiLimits, rememberedEvents: 20, eventStreams } });
	till = counter.client("sell");
});

afterAll(() => counter.close());

const open = new Set<EventReader>();

afterEach(async () => {
	await Promise.all([...open].map((stream) => stream.cancel()));
	open.clear();
});

async function listen(lastEventId?: string, client = till): Promise<EventReader> {
	const headers: Record<string, string> = lastEventId === undefined ? {} : { "last-event-id": lastEventId };
	const response = await client.open("/v1/events", { headers });
	expect(response.status).toBe(200);
	expect(response.headers.get("content-type")).toBe("text/event-stream");
	const stream = new EventReader(response);
	open.add(stream);
	return stream;
}

let keys = 0;

async function sell(): Promise<string> {
	keys += 1;
	const headers = { "idempotency-key": `events-${keys}`, prefer: "wait=5" };
	const { body } = await till.post("/v1/transactions", order(), headers);
	return body.id;
}

function placeOf(event: SeenEvent | undefined): number {
	return Number(event?.id?.split("-")[1]);
}

const isEnd =
	(id: string) =>
	({ data }: SeenEvent): boolean =>
		data.data?.id === id && data.data.state === "finished";

/** Flips the printer `count` times: as many events. */
function flap(count: number): void {
	for (let turn = 0; turn < count; turn++) {
		counter.printer.plug();
	}
}

describe("events", () => {
	test("tell a sale step by step, with the document a GET would answer", async () => {
		const stream = await listen();
		const id = await sell();
		const states = new Set<string>();
		const last = await stream.until((event) => {
			states.add(event.data.data.state);
			return isEnd(id)(event);
		});
		expect([...states]).toEqual(["accepted", "waiting_pin", "authorizing", "finished"]);
		expect(last).toMatchObject({ event: "transaction.updated", data: { id: last.id, type: "transaction.updated" } });
		expect(last.data.data).toMatchObject({ id, outcome: "approved", moneyMoved: "yes" });
		expect(JSON.stringify(last)).not.toContain("6222020123456789");
	});

	test("tell of devices, with the cause", async () => {
		const stream = await listen();
		counter.printer.unplug(new Fault("E_NOHARDWARE", { detail: "the cable is out" }));
		expect(await stream.until(({ event }) => event === "device.updated")).toMatchObject({
			data: { data: { id: "printer1", state: "offline", cause: { code: "E_NOHARDWARE", device: "printer1" } } },
		});
	});

	test("are replayed after the last one seen, none lost and none twice", async () => {
		const stream = await listen();
		flap(3);
		const seen = [await stream.next(), await stream.next()];
		await stream.cancel();
		flap(4);
		const again = await listen(seen[1]?.id);
		flap(1);
		const first = placeOf(seen[0]);
		const places: number[] = [];
		for (let count = 0; count < 6; count++) {
			places.push(placeOf(await again.next()) - first);
		}
		expect(places).toEqual([2, 3, 4, 5, 6, 7]);
	});

	test("can be resumed by the id a stream begins with, though nothing has come", async () => {
		const { id } = (await (await listen()).block()) ?? {};
		flap(1);
		expect((await (await listen(id)).next())?.data.type).toBe("device.updated");
	});

	test.each(["mjw9k1c0-0", "nonsense", "x-999999"])("begin with reset when %j is not known", async (id) => {
		flap(1);
		const stream = await listen(id);
		expect(await stream.next()).toMatchObject({ event: "reset", data: { type: "reset", data: null } });
		flap(1);
		expect(await stream.next()).toMatchObject({ event: "device.updated" });
	});

	test("begin with reset when more was missed than is remembered, and go on from there", async () => {
		const stream = await listen();
		flap(1);
		const first = await stream.next();
		flap(21);
		const late = await listen(first?.id);
		const reset = await late.next();
		expect(reset?.event).toBe("reset");
		const again = await listen(reset?.id);
		flap(1);
		expect(await again.next()).toMatchObject({ event: "device.updated" });
	});

	test("a heartbeat shows that the line lives", async () => {
		const stream = await listen();
		await stream.block();
		await clock.advance(apiLimits.heartbeatMs);
		expect(await stream.block()).toEqual({ "": "heartbeat" });
		await clock.advance(apiLimits.heartbeatMs);
		expect(await stream.block()).toEqual({ "": "heartbeat" });
	});

	test("end when the token is revoked", async () => {
		const { token, secret } = counter.tokens.create("gone soon", ["read"]);
		const response = await fetch(`${counter.api.url}/v1/events`, { headers: { authorization: `Bearer ${secret}` } });
		const stream = new EventReader(response);
		flap(1);
		expect((await stream.next())?.event).toBe("device.updated");
		counter.tokens.revoke(token.id);
		flap(1);
		expect(await stream.next()).toBeUndefined();
	});

	test("end when the tokens cannot be read any more, and the daemon goes on", async () => {
		const stream = await listen();
		await stream.block();
		chmodSync(counter.tokenFile, 0o644);
		await clock.advance(apiLimits.heartbeatMs);
		expect(await stream.block()).toBeUndefined();
		expect(await till.get("/v1/lanes")).toMatchObject({ status: 500, body: { code: "tokens_unusable" } });
		expect((await till.get("/healthz", { authorization: "" })).status).toBe(200);
		chmodSync(counter.tokenFile, 0o600);
		expect((await till.get("/v1/lanes")).status).toBe(200);
	});

	test("have a limit of streams, and a place is free again when a client has gone", async () => {
		const streams = await Promise.all(Array.from({ length: eventStreams }, () => listen()));
		expect(await till.get("/v1/events")).toMatchObject({
			status: 429,
			body: { code: "rate_limited", retryable: true },
		});
		await streams[0]?.cancel();
		await expect
			.poll(async () => {
				const response = await till.open("/v1/events");
				await response.body?.cancel();
				return response.status;
			})
			.toBe(200);
	});

	test("that cannot be made do not disturb the payment", async () => {
		const meaning = vi.spyOn(counter.payments, "meaning").mockImplementation(() => {
			throw new Error("no meaning");
		});
		const answer = await till.post("/v1/transactions", order(), { "idempotency-key": "undisturbed", prefer: "wait=5" });
		expect(answer).toMatchObject({ status: 500, body: { code: "internal", moneyMoved: "unknown" } });
		expect(JSON.stringify(answer.body)).not.toContain("no meaning");
		meaning.mockRestore();
		expect((await till.get("/v1/transactions?limit=1")).body.transactions).toMatchObject([{ outcome: "approved" }]);
	});
});

describe("closing", () => {
	test("ends streams and waits, and refuses what comes after", async () => {
		const stream = await listen();
		await sell();
		const waitsForPin = new Promise<void>((resolve) => {
			counter.payments.changes.subscribe(({ state }) => state === "waiting_pin" && resolve());
		});
		thinkForEver(counter.pad);
		const headers = { "idempotency-key": "closing", prefer: "wait=60" };
		const call = till.post("/v1/transactions", order(), headers);
		await waitsForPin;
		const closed = counter.api.close();
		expect(await call).toMatchObject({ status: 202, body: { outcome: "unknown" } });
		await closed;
		await expect(stream.until(() => false)).rejects.toThrow("the stream ended");
		await expect(till.get("/healthz")).rejects.toThrow("fetch failed");
	});
});
