import { rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, expect, test } from "vitest";
import { kmyDialect } from "../../src/diagnostics/dialects/kmy.ts";
import { Replay } from "../../src/diagnostics/replay.ts";
import { readTrace } from "../../src/diagnostics/trace-file.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { openReplayedDevice } from "../../src/simulators/replayed-device.ts";
import { latin1 } from "../../src/wire/bytes.ts";
import { keepKmyPad, padPort, reached } from "../support/kept-pad.ts";
import { runInside } from "../support/run-inside.ts";
import { Shop } from "../support/shop.ts";

const file = join(tmpdir(), `tillbridge-trace-${process.pid}.jsonl`);
let text = "";

/** A session from the cable on: the pad starts, then all its PIN blocks arrive damaged. */
beforeAll(async () => {
	const shop = await Shop.open();
	await shop.api.post("/v1/trace", { device: "pinpad1", minutes: 1 });
	await shop.counter.pad.act("unplug");
	await shop.deviceWhen("pinpad1", ({ state }) => state === "offline");
	await shop.counter.pad.act("plug");
	await shop.laneReady();
	await shop.setPadFaults({ name: "bad_bcc", command: "42", count: 3 });
	await shop.sell();
	const { line, kind, dialect, entries } = (await shop.api.get("/v1/devices/pinpad1/trace")).body;
	text = [{ trace: 1, line, kind, dialect }, ...entries].map((each) => JSON.stringify(each)).join("\n");
	writeFileSync(file, `${text}\n`);
	await shop.close();
}, 60_000);

afterAll(() => rmSync(file));

test("the recorded fault happens again on a virtual device, with another card", async () => {
	const { entries } = readTrace(text);
	const replay = new Replay(entries, kmyDialect);
	const device = openReplayedDevice({
		link: undefined,
		clock: systemClock,
		answer: (bytes) => replay.hear(bytes).flatMap((heard) => (heard.kind === "known" ? heard.responses : [])),
	});
	const keeper = keepKmyPad(padPort(device.path));
	await reached(keeper, "enabled");
	const at = { master: 0, slot: 0 };
	const entry = keeper.use().enterPin({
		panDigits: latin1("999999999999"),
		at,
		minLength: 4,
		maxLength: 6,
		timeoutMs: 60_000,
		onKey: () => undefined,
	});
	await expect(entry).rejects.toMatchObject({ code: "E_FAILURE", extended: "damaged_answer" });
	await keeper.close();
	device.close();
});

test("what was never heard is not answered", () => {
	const { entries } = readTrace(text);
	const replay = new Replay(entries, kmyDialect);
	expect(replay.hear(latin1("\x02017776\x03"))).toEqual([{ kind: "unknown", says: "unknown command" }]);
});

test("trace show tells it to people, and refuses what is no trace", async () => {
	const { stdout } = await runInside(["trace", "show", file]);
	expect(stdout).toContain("->  read PIN block");
	expect(stdout).toContain("<-  damaged: bad_check, 24 bytes");
	expect(await runInside(["trace", "show", "package.json"])).toMatchObject({ exitCode: 1 });
	expect(await runInside(["trace", "show", join(tmpdir(), "no-such-file")])).toMatchObject({ exitCode: 1 });
});
