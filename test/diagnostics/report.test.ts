import { execFileSync } from "node:child_process";
import {
	appendFileSync,
	existsSync,
	mkdtempSync,
	readdirSync,
	readFileSync,
	rmSync,
	statSync,
	writeFileSync,
} from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { kmyDialect } from "../../src/diagnostics/dialects/kmy.ts";
import { scan } from "../../src/diagnostics/report/scan.ts";
import { showHex } from "../../src/diagnostics/trace-hex.ts";
import { fromHex } from "../../src/wire/hex.ts";
import { kmyFraming } from "../../src/wire/kmy-framing.ts";
import { digitSecrets, leaksIn } from "../support/leaks.ts";
import { runInside } from "../support/run-inside.ts";
import { Shop } from "../support/shop.ts";

const pan = "6222020123456789";
const track2 = `${pan}=30122010000000000`;
const options = {
	secrets: ["c2VjcmV0LW9mLXRoZS1ob3VzZQ"],
	harmless: ["4111111111111111"],
	dialectOf: () => kmyDialect,
};

/** A trace with one frame whose payload is as given, masked or not. */
function traceWith(direction: "in" | "out", payload: string): string {
	const hex = showHex(kmyFraming.encode(fromHex(payload)));
	const header = { trace: 1, line: "pad1", kind: "device", dialect: "kmy350x" };
	return [header, { number: 1, at: 0, direction, kind: "data", hex, says: "" }]
		.map((line) => JSON.stringify(line))
		.join("\n");
}

describe("the scan", () => {
	test.each([
		["a card number", "daemon.log", `sold to ${pan}`, "card number or track"],
		["a card number in groups", "daemon.log", "6222 0201 2345 6789", "card number or track"],
		["a card number as a JSON number", "a.json", `{"x": ${pan}}`, "card number or track"],
		["a track", "daemon.log", track2, "card number or track"],
		["a track as hex of its characters", "a", Buffer.from(track2).toString("hex"), "card number or track"],
		["a PIN block", "a", "block 67A5670FEF15294E seen", "key or enciphered block"],
		["a double-length key", "a", "46f161a743497b32eac760df5ea57df5", "key or enciphered block"],
		["a field that is named", "a.json", '{"pinBlock": "x"}', "field that holds a secret"],
		["a PIN", "a.json", '{"pin": "123456"}', "field that holds a secret"],
		["a token", "a", `tbk_${"a".repeat(43)}`, "token"],
		["a secret of the house", "a", "key=c2VjcmV0LW9mLXRoZS1ob3VzZQ", "secret of this installation"],
		["a PIN block in a frame", "traces/a.jsonl", traceWith("in", "0467A5670FEF15294E"), "frame that is not masked"],
		[
			"a key in a frame",
			"traces/a.jsonl",
			traceWith("out", "33004046F161A743497B32EAC760DF5EA57DF5"),
			"frame that is not masked",
		],
		[
			"PAN digits in a frame",
			"traces/a.jsonl",
			traceWith("out", "34323032303132333435363738"),
			"frame that is not masked",
		],
	])("finds %s", (_, name, text, what) => {
		expect(
			scan({ name, text: `first line\n${text}`.replace(/^first line\n(?=\{"trace)/, "") }, options).map(
				(leak) => leak.what,
			),
		).toContain(what);
	});

	test.each([
		["a masked card", "622202******6789"],
		["a number of this installation", "merchant 4111111111111111"],
		["a check value", "kcv 900ECCE3"],
		["a masked field", '{"pinBlock": "[masked]"}'],
		["a moment", "2026-01-02T11:04:05.000+08:00 1767323045000"],
	])("lets %s pass", (_, text) => {
		expect(scan({ name: "a", text }, options)).toEqual([]);
	});

	test("lets masked frames pass", () => {
		expect(scan({ name: "traces/a.jsonl", text: traceWith("out", `330040${"30".repeat(16)}`) }, options)).toEqual([]);
	});
});

describe("a report of a full day", () => {
	let shop: Shop;
	let folder: string;
	const run = (...words: readonly string[]) => runInside(["--config", shop.counter.configPath, "report", ...words]);

	beforeAll(async () => {
		folder = mkdtempSync(join(tmpdir(), "tillbridge-report-"));
		shop = await Shop.open({
			configure(config) {
				config.log.level = "debug";
			},
		});
		for (const line of [{ device: "pinpad1" }, { device: "printer1" }, { acquirer: "bank" }]) {
			await shop.api.post("/v1/trace", { ...line, minutes: 5 });
		}
		await shop.api.post("/v1/acquirers/bank/sign-in");
		await shop.sell();
		await shop.setPadFaults({ name: "bad_bcc", command: "42" }, { name: "garbage", command: "41" });
		await shop.sell();
		await shop.setHostFaults({ name: "drop", mti: "0200" });
		await shop.sell({ card: { entry: "manual", pan, expiry: "3012" } });
	}, 60_000);

	afterAll(async () => {
		await shop.close();
		rmSync(folder, { recursive: true });
	}, 60_000);

	test("is shown before it is written", async () => {
		const { stdout, exitCode } = await run("--preview", "--log", join(shop.directory, "daemon.log"));
		expect(exitCode).toBe(0);
		for (const name of [
			"manifest.json",
			"config.json",
			"doctor.json",
			"timelines.json",
			"traces/acquirer-bank.jsonl",
			"daemon.log",
		]) {
			expect(stdout).toContain(name);
		}
		expect(readdirSync(folder)).toEqual([]);
	});

	test("unpacks, and holds no card, track, PIN block or key", async () => {
		const out = join(folder, "report.tar.gz");
		expect(await run("--out", out, "--log", join(shop.directory, "daemon.log"))).toMatchObject({
			exitCode: 0,
			stderr: "",
		});
		expect(statSync(out).mode & 0o777).toBe(0o600);
		execFileSync("tar", ["-xzf", out, "-C", folder]);
		const names = readdirSync(folder, { recursive: true, encoding: "utf8" }).filter((name) =>
			statSync(join(folder, name)).isFile(),
		);
		const trails = names.map((name) => ({ name, bytes: readFileSync(join(folder, name)) }));
		const plain = trails.map(({ name, bytes }) => ({
			name,
			bytes: Buffer.from(bytes.toString("latin1").replaceAll(":", ""), "latin1"),
		}));
		const secrets = [
			...digitSecrets("PAN", pan),
			...digitSecrets("track", track2),
			{ name: "master key", bytes: fromHex("258FB0AB70D025CDB99DF2C4D302D646") },
			{ name: "data key", bytes: readFileSync(join(shop.counter.dataDirectory, "data.key")) },
		];
		expect(leaksIn([...trails, ...plain], secrets)).toEqual([]);
		expect(readFileSync(join(folder, "timelines.json"), "utf8")).toContain("622202******6789");
	});

	test("is refused when something is planted, and the place is named", async () => {
		const log = join(folder, "planted.log");
		const out = join(folder, "refused.tar.gz");
		writeFileSync(log, "all is well\n");
		appendFileSync(log, `track ${track2}\n`);
		const { exitCode, stderr } = await run("--out", out, "--log", log);
		expect(exitCode).toBe(1);
		expect(stderr).toContain("daemon.log, line 2: card number or track");
		expect(stderr).not.toContain(pan);
		expect(existsSync(out)).toBe(false);
	});
});
