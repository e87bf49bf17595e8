import { afterAll, beforeAll, expect, test } from "vitest";
import { latin1 } from "../../src/wire/bytes.ts";
import { digitSecrets, leaksIn, type Secret } from "../support/leaks.ts";
import { Shop } from "../support/shop.ts";

const track2 = "6222020123456789=30122010000000000";
let shop: Shop;

beforeAll(async () => {
	shop = await Shop.open();
}, 60_000);
afterAll(() => shop.close(), 60_000);

test("a damaged answer, a silent host and a good sale are in the counters", async () => {
	await shop.sell();
	await shop.setPadFaults({ name: "bad_bcc", command: "42" });
	await shop.sell();
	await shop.setHostFaults({ name: "drop", mti: "0200" });
	await shop.sell();
	const pad = (await shop.api.get("/v1/devices/pinpad1/statistics")).body;
	expect(pad.counts).toMatchObject({ opens: 1, starts: 1, "damaged_frames.bad_check": 1 });
	expect(pad.counts.frames_in).toBeGreaterThan(20);
	expect(pad.counts.bytes_out).toBeGreaterThan(pad.counts.frames_out);
	expect(pad.latency.p50Ms).toBeGreaterThan(0);
	expect(pad.hours.at(-1).counts["damaged_frames.bad_check"]).toBe(1);
	const host = (await shop.api.get("/v1/acquirers/bank/statistics")).body;
	expect(host.counts).toMatchObject({ "exchange_failures.host_silent": 1 });
	expect(host.counts.exchanges).toBe(host.latency.samples + 1);
	const { body } = await shop.api.get("/metrics");
	expect(body).toContain('tillbridge_damaged_frames_total{kind="device",id="pinpad1",reason="bad_check"} 1');
	expect(body).toContain('tillbridge_line_up{kind="acquirer",id="bank"} 1');
});

test("an unplugged pad is counted, and its return", async () => {
	await shop.counter.pad.act("unplug");
	await shop.deviceWhen("pinpad1", ({ state }) => state === "offline");
	await shop.counter.pad.act("plug");
	await shop.deviceWhen("pinpad1", ({ state }) => state === "enabled");
	const { counts } = (await shop.api.get("/v1/devices/pinpad1/statistics")).body;
	expect(counts).toMatchObject({ starts: 2, "failures.E_NOHARDWARE": 1, "line_losses.E_NOHARDWARE": 1 });
});

test("traces of pad, printer and host hold a whole sale and nothing of the card", async () => {
	const lines = [{ device: "pinpad1" }, { device: "printer1" }, { acquirer: "bank" }];
	expect((await shop.api.get("/v1/devices/pinpad1/trace")).body.entries).toEqual([]);
	for (const line of lines) {
		expect((await shop.api.post("/v1/trace", { ...line, minutes: 1 })).status).toBe(200);
	}
	await shop.api.post("/v1/acquirers/bank/sign-in", undefined);
	await shop.sell();
	const paths = ["devices/pinpad1", "devices/printer1", "acquirers/bank"];
	const traces = await Promise.all(paths.map(async (path) => (await shop.api.get(`/v1/${path}/trace`)).body));
	const says = traces.map(({ entries }) => entries.map((entry: { says: string }) => entry.says).join("\n"));
	expect(says[0]).toContain("load working key 00 40 (16 bytes hidden)");
	expect(says[0]).toContain("status 04 to read PIN block (8 bytes hidden)");
	expect(says[2]).toMatch(
		/0200: .*track 2 \(34 hidden\).*PIN block \(8 hidden\)[^]*0210: 2 primary account number 622202\*{6}6789/,
	);
	const secrets: readonly Secret[] = [
		...digitSecrets("PAN", track2.slice(0, 16)),
		...digitSecrets("track", track2),
		...digitSecrets("PAN for the pad", "202012345678"),
	];
	const texts = traces.map((trace) => JSON.stringify(trace));
	const plain = texts.map((text) => text.replaceAll(":", ""));
	expect(
		leaksIn(
			[...texts, ...plain].map((text) => ({ name: "trace", bytes: latin1(text.replaceAll(/[^\0-\xff]/g, "?")) })),
			secrets,
		),
	).toEqual([]);
});

test("a trace names exactly one line that there is", async () => {
	expect(await shop.api.post("/v1/trace", { minutes: 1 })).toMatchObject({ status: 400 });
	expect(await shop.api.post("/v1/trace", { device: "none", minutes: 1 })).toMatchObject({ status: 404 });
	expect(await shop.api.post("/v1/trace", { device: "pinpad1", minutes: 0 })).toMatchObject({ body: { until: null } });
});
