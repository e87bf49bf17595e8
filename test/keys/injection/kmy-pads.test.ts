import { join } from "node:path";
import { afterEach, expect, it } from "vitest";
import { kmy350xDriver } from "../../../src/drivers/kmy350x/kmy350x-driver.ts";
import { systemClock } from "../../../src/kernel/clock.ts";
import { Fault } from "../../../src/kernel/fault.ts";
import { runCeremony } from "../../../src/keys/ceremony/run-ceremony.ts";
import { type ConnectedPad, connectPad } from "../../../src/keys/injection/connect-pad.ts";
import { InjectionBatch } from "../../../src/keys/injection/injection-batch.ts";
import { parseManifest } from "../../../src/keys/injection/manifest.ts";
import { verifyPad } from "../../../src/keys/injection/verify-pad.ts";
import { addPads } from "../../../src/keys/inventory.ts";
import { KeyRecord, readRecord } from "../../../src/keys/record/key-record.ts";
import { readVault } from "../../../src/keys/vault/vault.ts";
import { openPort } from "../../../src/ports/open-port.ts";
import { padPort } from "../../support/kept-pad.ts";
import { silentLog } from "../../support/silent-log.ts";
import { type KmyPadProcess, startKmyPad } from "../../support/start-kmy-pad.ts";
import { people } from "../support/injection-room.ts";
import { blockOf, kcvOf } from "../support/key-fixtures.ts";
import { scratchFolder } from "../support/scratch.ts";
import { scriptedTerminal, signIn } from "../support/scripted-terminal.ts";
import { putKey, testVault, unlockedBy } from "../support/test-vault.ts";
import { faultOf } from "../vault/key-store-contract.ts";

const parts = ["8F2B9D4C1A7E3560C4B1907E2D58F613", "8E08D82B93D5F88F3A6D2AE65B0CC403"] as const;
const tmk = "0123456789ABCDEFFEDCBA9876543210";
const kbpk = "D6A4F8193B5C7E024F8D1AB6E3975C20";
const tpk = "5E2A91C8D046B37F1C8EB9347A62D5F0";
const signal = new AbortController().signal;

const closing: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
	for (const close of closing.splice(0).toReversed()) {
		await close();
	}
});

async function virtualPad(options: Readonly<Record<string, unknown>> = {}): Promise<KmyPadProcess> {
	const pad = await startKmyPad({ serialNumber: "35010007", ...options });
	closing.push(() => pad.stop());
	return pad;
}

async function connected(pad: KmyPadProcess): Promise<ConnectedPad> {
	const connection = await connectPad({
		driver: kmy350xDriver,
		port: padPort(pad.path),
		options: { answerMs: 400 },
		openPort,
		clock: systemClock,
		log: silentLog,
		signal,
	});
	closing.push(() => connection.close());
	return connection;
}

const manifest = parseManifest(
	"csv",
	[
		"serial,slot,role,algorithm,from,block,under,kek,kcv",
		`35010007,0,TMK,TDES2,tmk-7,,,,${kcvOf(tmk)}`,
		`35010007,0/1,TPK,TDES2,,${blockOf(kbpk, "B0000P0TE00N0000", tpk)},kbpk,tmk-7,${kcvOf(tpk)}`,
	].join("\n"),
);

/** A folder where a ceremony has made the master key of the pad. */
async function afterCeremony(): Promise<{ readonly vault: string; readonly record: KeyRecord; readonly path: string }> {
	const folder = scratchFolder();
	const vault = join(folder, "vault.json");
	const path = join(folder, "record.jsonl");
	const record = new KeyRecord(path, systemClock);
	testVault(vault);
	await runCeremony(
		{
			key: { name: "tmk-7", role: "TMK", algorithm: "TDES2" },
			components: 2,
			expected: { method: "ecb-zeros", value: kcvOf(tmk) },
		},
		{
			vault: readVault(vault),
			record,
			terminal: scriptedTerminal([...signIn("Alice"), parts[0], "yes", ...signIn("Bob"), parts[1], "yes", "yes"]),
		},
	);
	const store = unlockedBy(readVault(vault), "Alice", "Bob");
	putKey(store, { name: "kbpk", role: "KBPK", algorithm: "TDES2" }, kbpk);
	store.close();
	addPads(record, people, [{ serial: "35010007", model: "KMY3501" }]);
	return { vault, record, path };
}

function batchOf(vault: string, record: KeyRecord): InjectionBatch {
	const store = unlockedBy(readVault(vault), "Carol", "Bob");
	return new InjectionBatch({ manifest, store, record, people, signal, onProgress: () => undefined });
}

it("goes from an unboxed pad to a signed record", async () => {
	const { vault, record, path } = await afterCeremony();
	const pad = await virtualPad();
	const { pad: device } = await connected(pad);
	const batch = batchOf(vault, record);
	expect(await batch.inject(device)).toMatchObject({ state: "complete" });
	expect(batch.finish()).toMatchObject([{ serial: "35010007", state: "complete" }]);
	const { keySlots } = await pad.state();
	expect(keySlots.master).toEqual([0]);
	expect(keySlots.working).toContainEqual({ master: 0, slot: 1 });
	const verified = await verifyPad(device, { record, people, signal });
	expect(verified.map(({ place, verdict }) => [place, verdict])).toEqual([
		["master 0", "proved"],
		["working 0/1", "proved"],
	]);
	expect(readRecord(path)).toMatchObject({ brokenAt: undefined, head: { sequence: record.entries.length } });
});

it("finds the keys of a pad gone after an alarm, and loads them again", async () => {
	const { vault, record } = await afterCeremony();
	const pad = await virtualPad();
	const { pad: device } = await connected(pad);
	const batch = batchOf(vault, record);
	await batch.inject(device);
	expect(batch.openPads).toEqual([]);
	await pad.act("lose_keys");
	const verified = await verifyPad(device, { record, people, signal });
	expect(verified.map(({ verdict }) => verdict)).toEqual(["missing", "missing"]);
	const again = batchOf(vault, record);
	expect(again.openPads).toEqual(["35010007"]);
	expect(await again.inject(device)).toMatchObject({ state: "complete" });
});

it("goes on where a lost line has cut it off, without loading twice what had arrived", async () => {
	const { vault, record } = await afterCeremony();
	const pad = await virtualPad({ faults: [{ name: "silent", command: "32" }] });
	const first = await connected(pad);
	await expect(batchOf(vault, record).inject(first.pad)).rejects.toBeInstanceOf(Fault);
	await first.close();
	await pad.setFaults();
	const second = await connected(pad);
	expect(await batchOf(vault, record).inject(second.pad)).toMatchObject({ state: "complete" });
	const loads = (await pad.state()).commands.filter(({ command }) => command === "32");
	expect(loads).toHaveLength(1);
});

it("does not put a clear key into a pad that holds a key of somebody else", async () => {
	const { vault, record } = await afterCeremony();
	const pad = await virtualPad({ masterKeys: [{ slot: 9, key: "9B1C6D5AE02F47838E3D70A4C6195BF2" }] });
	const { pad: device } = await connected(pad);
	await expect(batchOf(vault, record).inject(device)).rejects.toThrow(faultOf("clear_load_refused"));
	expect((await pad.state()).commands.map(({ command }) => command)).not.toContain("32");
});

it("does not take another pad for the one of the list", async () => {
	const { vault, record } = await afterCeremony();
	const pad = await virtualPad({ serialNumber: "35010008" });
	const { pad: device } = await connected(pad);
	await expect(batchOf(vault, record).inject(device)).rejects.toThrow(faultOf("pad_not_listed"));
});
