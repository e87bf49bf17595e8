import { chmodSync, cpSync, existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { beforeAll, describe, expect, test } from "vitest";
import { parse, stringify } from "yaml";
import { findLocalAccess } from "../../src/daemon/local-access.ts";
import { client } from "../api/client.ts";
import { type CommandEnd, runCommand } from "../support/run-command.ts";
import type { ConfigDraft } from "../support/shop.ts";
import { until } from "../support/until.ts";
import { useShop } from "../support/use-shop.ts";

const shop = useShop();

/** A configuration like the shop's, in a folder of its own. */
function anotherConfig(name: string, change: (config: ConfigDraft) => void): string {
	const folder = join(shop().directory, name);
	mkdirSync(folder);
	const config = parse(readFileSync(shop().counter.configPath, "utf8")) as ConfigDraft;
	change(config);
	const path = join(folder, "tillbridge.yaml");
	writeFileSync(path, stringify(config));
	return path;
}

function start(config: string, options: Parameters<typeof runCommand>[1] = {}): Promise<CommandEnd> {
	return runCommand(["--config", config, "--json", "start"], options);
}

/** The failure as the command reports it, on its last line. */
function reported({ stderr }: CommandEnd): unknown {
	return JSON.parse(stderr.trimEnd().split("\n").at(-1) ?? "");
}

describe("a second daemon", () => {
	beforeAll(async () => {
		await shop().sell();
	});

	test("on the same journal is refused and names the first, which goes on undisturbed", async () => {
		const end = await start(shop().counter.configPath);
		expect(end.exitCode).toBe(1);
		const pid = Number(readFileSync(join(shop().counter.dataDirectory, "journal.pid"), "utf8"));
		expect(reported(end)).toMatchObject({ code: "journal_locked", context: { pid } });
		expect(findLocalAccess(shop().counter.dataDirectory).url).toMatch(/^http:/);
		expect(await shop().sell()).toMatchObject({ outcome: "approved" });
	});

	test("at the same API address is refused", async () => {
		const port = Number(new URL(findLocalAccess(shop().counter.dataDirectory).url).port);
		const config = anotherConfig("same-address", (draft) => {
			draft.listen.port = port;
		});
		const end = await start(config);
		expect(end.exitCode).toBe(1);
		expect(reported(end)).toMatchObject({ code: "address_in_use", context: { port } });
		expect(await shop().sell()).toMatchObject({ outcome: "approved" });
	});

	test("on the same serial port starts, shows who has the port, and takes no money", async () => {
		const config = anotherConfig("same-port", () => undefined);
		const dataDirectory = join(config, "..", "data");
		const ended = start(config);
		const access = await until(
			"the second daemon",
			() => existsSync(join(dataDirectory, "local-access.json")),
			Boolean,
		).then(() => findLocalAccess(dataDirectory));
		const second = client(access.url, access.token);
		const device = await until(
			"the second daemon's pad",
			async () => (await second.get("/v1/devices/pinpad1")).body,
			({ state }) => state === "offline",
		);
		// The virtual pad has its own end of the pair open too, so it may be the one that is found.
		expect(device.cause).toMatchObject({
			code: "E_CLAIMED",
			holder: { pid: expect.any(Number), name: "node main.ts" },
		});
		expect((await second.get("/v1/lanes/lane1/readiness")).body).toMatchObject({ ready: false });
		process.kill(Number(readFileSync(join(dataDirectory, "journal.pid"), "utf8")), "SIGTERM");
		expect((await ended).exitCode).toBe(0);
		expect(await shop().sell()).toMatchObject({ outcome: "approved" });
	});
});

describe("a daemon does not start", () => {
	test("without its configuration", async () => {
		const end = await start(join(shop().directory, "nowhere.yaml"));
		expect(end.exitCode).toBe(78);
		expect(reported(end)).toMatchObject({ code: "config_unreadable" });
	});

	test("with a wrong one, and every mistake is shown with its place", async () => {
		const config = anotherConfig("wrong", (draft) => {
			draft.listen.port = 70_000;
			Object.assign(draft.log, { level: "loud" });
		});
		const end = await start(config);
		expect(end.exitCode).toBe(78);
		expect(reported(end)).toMatchObject({ code: "config_invalid" });
		expect(end.stderr).toMatch(/tillbridge\.yaml:\d+:\d+ {2}listen\.port: /);
		expect(end.stderr).toMatch(/tillbridge\.yaml:\d+:\d+ {2}log\.level: /);
	});

	test.each([
		["that others may read", 0o644],
		["that others may write", 0o602],
	])("with a data key %s", async (name, mode) => {
		const config = anotherConfig(`key ${name}`, () => undefined);
		const data = join(config, "..", "data");
		cpSync(shop().counter.dataDirectory, data, { recursive: true });
		chmodSync(join(data, "data.key"), mode);
		const end = await start(config);
		expect(end.exitCode).toBe(1);
		expect(reported(end)).toMatchObject({ code: "key_file_unsafe", context: { file: join(data, "data.key") } });
	});

	test("with another journal's data key", async () => {
		const config = anotherConfig("other key", () => undefined);
		const data = join(config, "..", "data");
		cpSync(shop().counter.dataDirectory, data, { recursive: true });
		writeFileSync(join(data, "data.key"), new Uint8Array(32));
		const end = await start(config);
		expect(end.exitCode).toBe(1);
		expect(reported(end)).toMatchObject({ code: "key_file_unsafe" });
	});

	test("on a disk that takes nothing", async () => {
		const config = anotherConfig("full", () => undefined);
		const end = await start(config, { before: "ulimit -f 0" });
		expect(end.exitCode).toBe(1);
		expect(reported(end)).toMatchObject({ code: "journal_unwritable" });
	});
});
