import { afterAll, afterEach, beforeAll, describe, expect, test } from "vitest";
import { Fault } from "../../src/kernel/fault.ts";
import { type Client, client, order } from "./client.ts";
import { type Counter, openCounter } from "./counter.ts";

let counter: Counter;
let technician: Client;

beforeAll(async () => {
	counter = await openCounter();
	technician = counter.client("operate");
});

afterEach(async () => {
	counter.printer.plug();
	Object.assign(counter.printer.status, { paper: "ok", cover: "closed" });
	counter.pad.state.unplugged = false;
});

afterAll(() => counter.close());

const held = new Fault("E_CLAIMED", {
	detail: "/dev/ttyUSB0 is held by minicom (4711)",
	context: { path: "/dev/ttyUSB0", pid: 4711, holder: "minicom" },
	cause: Object.assign(new Error("Cannot lock port"), { code: "EBUSY" }),
});

describe("devices", () => {
	test("are listed with state and health", async () => {
		const { body } = await technician.get("/v1/devices");
		expect(body.devices).toMatchObject([
			{
				id: "pad1",
				category: "PinPad",
				state: "enabled",
				health: { masterKeys: "held", battery: "good" },
				cause: null,
			},
			{
				id: "printer1",
				category: "PosPrinter",
				state: "enabled",
				model: "fake printer",
				health: { online: true, paper: "ok", cover: "closed", error: "none" },
			},
		]);
	});

	test("that are away say since when, why, who has them and what to do", async () => {
		counter.printer.unplug(held);
		expect((await technician.get("/v1/devices/printer1")).body).toEqual({
			id: "printer1",
			category: "PosPrinter",
			driver: "fake",
			port: "none",
			state: "offline",
			since: expect.stringMatching(/^2026-01-03T.*[+-]\d\d:\d\d$/),
			attempt: 2,
			model: null,
			health: null,
			cause: {
				code: "E_CLAIMED",
				detail: "/dev/ttyUSB0 is held by minicom (4711)",
				device: "printer1",
				cause: "EBUSY",
				holder: { pid: 4711, name: "minicom" },
				actions: ["Stop the program named as holder, then retry."],
			},
		});
	});

	test("that are lost while one looks have no health", async () => {
		counter.pad.state.unplugged = true;
		expect((await technician.get("/v1/devices/pad1")).body).toMatchObject({ state: "enabled", health: null });
	});

	test("are tested without money", async () => {
		expect((await technician.post("/v1/devices/pad1/test")).body).toMatchObject({
			device: "pad1",
			passed: true,
			durationMs: expect.any(Number),
			health: { masterKeys: "held" },
			fault: null,
		});
		expect(counter.payments.find({ limit: 1 })).toEqual([]);
	});

	test("that do not pass the test tell every action, outermost first", async () => {
		counter.printer.unplug(held);
		expect(await technician.post("/v1/devices/printer1/test")).toMatchObject({
			status: 200,
			body: {
				passed: false,
				health: null,
				fault: {
					code: "E_OFFLINE",
					cause: "E_CLAIMED",
					device: "printer1",
					actions: [expect.stringContaining("cable"), expect.stringContaining("holder")],
				},
			},
		});
	});
});

describe("a lane", () => {
	test("is shown with its terminal", async () => {
		const { body } = await technician.get("/v1/lanes/lane1");
		expect(body).toMatchObject({
			id: "lane1",
			acquirer: "bank",
			terminalId: "00000001",
			pinPad: "pad1",
			printer: "printer1",
			currency: "CNY",
			busyWith: null,
			reversalsOwed: 0,
		});
		expect((await technician.get("/v1/lanes")).body.lanes).toEqual([body]);
	});

	test("is ready, or names what stands in the way", async () => {
		expect((await technician.get("/v1/lanes/lane1/readiness")).body).toEqual({
			lane: "lane1",
			ready: true,
			obstacles: [],
		});
		counter.printer.status.paper = "end";
		counter.pad.state.unplugged = true;
		expect((await technician.get("/v1/lanes/lane1/readiness")).body).toMatchObject({
			ready: false,
			obstacles: [
				{ code: "E_NOHARDWARE", device: "pad1" },
				{ code: "lane_not_ready", detail: "The receipt printer is out of paper", device: "printer1" },
			],
		});
	});
});

describe("the acquirer", () => {
	test("answers an echo", async () => {
		expect((await technician.post("/v1/acquirers/bank/echo")).body).toMatchObject({
			acquirer: "bank",
			lane: "lane1",
			answered: true,
			roundTripMs: expect.any(Number),
			fault: null,
		});
	});

	test("signs the terminal in; keys are shown by their check values", async () => {
		const { body } = await technician.post("/v1/acquirers/bank/sign-in?lane=lane1");
		expect(body).toMatchObject({
			acquirer: "bank",
			terminals: [{ lane: "lane1", signedIn: true, batch: expect.any(String) }],
		});
		for (const { role, kcv } of body.terminals[0].keys) {
			expect(role).toMatch(/^T[PAD]K$/);
			expect(kcv).toMatch(/^[0-9A-F]{6,8}$/);
		}
		expect((await technician.get("/v1/lanes/lane1")).body.signedIn).toBe(true);
	});

	test("that cannot be reached is a result, not an error", async () => {
		await counter.host.act("stop_listening");
		expect(await technician.post("/v1/acquirers/bank/echo")).toMatchObject({
			status: 200,
			body: { answered: false, roundTripMs: null, fault: { code: "host_unreachable" } },
		});
		expect(await technician.post("/v1/acquirers/bank/sign-in")).toMatchObject({
			status: 200,
			body: { terminals: [{ signedIn: false, batch: null, keys: [], fault: { actions: expect.any(Array) } }] },
		});
		await counter.host.act("listen");
	});
});

describe("for supervisors", () => {
	test("the daemon is alive, and ready while a lane can take money", async () => {
		const nobody = client(counter.api.url, undefined);
		expect((await nobody.get("/healthz")).body).toMatchObject({ status: "ok", version: "0.0.0-test" });
		expect(await nobody.get("/readyz")).toMatchObject({ status: 200, body: { ready: true } });
		counter.pad.state.unplugged = true;
		expect(await nobody.get("/readyz")).toMatchObject({
			status: 503,
			body: { ready: false, lanes: [{ lane: "lane1", ready: false }] },
		});
	});

	test("every problem has a page that says what to do", async () => {
		const nobody = client(counter.api.url, undefined);
		const { body, headers } = await nobody.get("/problems/keys_lost");
		expect(headers.get("content-type")).toBe("text/plain; charset=utf-8");
		expect(body).toContain("The PIN pad has lost its keys");
		expect(body).toContain("Send the pad to key injection");
	});
});

test("a payment service that closes takes no new sale", async () => {
	const own = await openCounter();
	await own.payments.close();
	expect(await own.client("sell").post("/v1/transactions", order(), { "idempotency-key": "late" })).toMatchObject({
		status: 503,
		body: { code: "shutting_down", retryable: true, moneyMoved: "no" },
	});
	await own.close();
});
