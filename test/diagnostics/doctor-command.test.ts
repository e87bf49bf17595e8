import { afterAll, beforeAll, expect, test } from "vitest";
import { runInside } from "../support/run-inside.ts";
import { Shop } from "../support/shop.ts";

let shop: Shop;

beforeAll(async () => {
	shop = await Shop.open();
}, 60_000);
afterAll(() => shop.close(), 60_000);

const run = (...words: readonly string[]) => runInside(["--config", shop.counter.configPath, ...words]);

test("a healthy counter passes, asked many times", async () => {
	const { stdout, exitCode } = await run("health");
	expect(stdout).toMatch(/OK +pinpad1 +H4 ping: 10\/10: 20 of 20 answered/);
	expect(stdout).toMatch(/OK +bank +H12 echo: 10\/10: 5 of 5 answered/);
	expect(exitCode).toBe(0);
});

test("the doctor reads the real machine, and names a pad that does not answer", async () => {
	await shop.sell();
	const well = await run("doctor");
	expect(well.stdout).toMatch(/OK +pinpad1 +port: /);
	expect(well.stdout).toMatch(/OK +journal +journal: \d+ events, chain whole/);
	await shop.counter.pad.act("unplug");
	await shop.deviceWhen("pinpad1", ({ state }) => state === "offline");
	const ill = await run("doctor");
	expect(ill.stdout).toMatch(/FAIL +pinpad1 +presence: .* does not exist/);
	expect(ill.exitCode).toBe(1);
	await shop.counter.pad.act("plug");
	await shop.laneReady();
});

test("without a daemon it still sees the machine", async () => {
	await shop.stopDaemon();
	const { stdout } = await run("doctor");
	expect(stdout).toContain("cure: tillbridge start");
});
