import { spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { systemClock } from "../../src/kernel/clock.ts";
import { formatCsv } from "../../src/keys/csv.ts";
import { parseManifest } from "../../src/keys/injection/manifest.ts";
import { reconcile } from "../../src/keys/injection/reconcile.ts";
import { addPads } from "../../src/keys/inventory.ts";
import { atKeyDesk } from "../../src/keys/key-desk.ts";
import { keysFolder } from "../../src/keys/keys-folder.ts";
import { KeyBook } from "../../src/keys/record/key-book.ts";
import { readRecord } from "../../src/keys/record/key-record.ts";
import { readVault } from "../../src/keys/vault/vault.ts";
import { blockOf, kcvOf } from "../keys/support/key-fixtures.ts";
import { passphrases, putKey, testVault, unlockedBy } from "../keys/support/test-vault.ts";
import { bdk, expectedContents, kmyPad, randomKey, type TorturePad, visaPad } from "./injected-pads.ts";

/**
 * Injects many virtual pads from one manifest, kills the process with SIGKILL at random moments, begins it again until it
 * is done, and compares what the pads hold with what the record says.
 */
/** Most of it is the start of Node.js and the passphrases. */
const shortestLifeMs = 400;
const { values } = parseArgs({
	options: { pads: { type: "string", default: "200" }, "longest-life": { type: "string", default: "900" } },
});
const count = z.coerce.number().int().min(2).max(1_000).parse(values.pads);
let longestLifeMs = z.coerce.number().int().min(shortestLifeMs).parse(values["longest-life"]);
const people = ["Alice", "Bob"];
const folder = mkdtempSync(join(tmpdir(), "tillbridge-inject-"));
const desk = join(folder, "desk");
const manifestPath = join(folder, "manifest.csv");
const kbpk = randomKey();
const started = systemClock.monotonicMs();

const pads = await Promise.all(
	Array.from({ length: count }, (_, number) => (number % 2 === 0 ? kmyPad(folder, number) : visaPad(folder, number))),
);
await prepareDesk();
writeFileSync(manifestPath, formatCsv([columns(), ...pads.flatMap(rowsOf)]));

let output = "";
let kills = 0;
while (!(await runOnce())) {
	kills += 1;
	// On a slow machine a life may be too short for any key at all.
	longestLifeMs += 20;
}
const complaints = judge();
await Promise.all(pads.map((pad) => pad.close()));
report();

function columns(): readonly string[] {
	return ["serial", "slot", "role", "algorithm", "from", "block", "under", "kek", "kcv", "ksn"];
}

function rowsOf({ serial, master, second, ksn }: TorturePad): readonly (readonly string[])[] {
	const name = `tmk-${serial}`;
	const masterRow = [serial, "0", "TMK", "TDES2", name, "", "", "", kcvOf(master), ""];
	return ksn === undefined
		? [
				masterRow,
				[serial, "0/1", "TPK", "TDES2", "", blockOf(kbpk, "B0000P0TE00N0000", second), "kbpk", name, kcvOf(second), ""],
			]
		: [masterRow, [serial, "0", "IPEK", "TDES2", "bdk", "", "", "", kcvOf(second), ksn]];
}

async function prepareDesk(): Promise<void> {
	await atKeyDesk(desk, systemClock, async ({ record, vaultPath }) => {
		testVault(vaultPath);
		const store = unlockedBy(readVault(vaultPath), ...people);
		putKey(store, { name: "kbpk", role: "KBPK", algorithm: "TDES2" }, kbpk);
		putKey(store, { name: "bdk", role: "BDK", algorithm: "TDES2" }, bdk);
		for (const { serial, master } of pads) {
			putKey(store, { name: `tmk-${serial}`, role: "TMK", algorithm: "TDES2" }, master);
		}
		store.close();
		addPads(
			record,
			people,
			pads.map(({ serial, family }) => ({ serial, model: family })),
		);
	});
}

/** One life of the integrator's tool. True when it came to its end by itself, with every pad complete. */
async function runOnce(): Promise<boolean> {
	const script = fileURLToPath(new URL("inject-process.ts", import.meta.url));
	const child = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "pipe"] });
	child.stdin.end(
		JSON.stringify({
			directory: desk,
			manifest: manifestPath,
			people: people.map((name) => ({ name, passphrase: passphrases[name] })),
			pads: pads.map(({ serial, family, path }) => ({ serial, family, path })),
			lines: 2,
		}),
	);
	for (const stream of [child.stdout, child.stderr]) {
		stream.setEncoding("utf8").on("data", (text: string) => {
			output += text;
		});
	}
	const life = systemClock.after(shortestLifeMs + Math.random() * (longestLifeMs - shortestLifeMs), () =>
		child.kill("SIGKILL"),
	);
	const [code] = await once(child, "exit");
	life.cancel();
	return code === 0;
}

/** Everything that is not as it must be. */
function judge(): readonly string[] {
	const { entries, brokenAt, tornBytes } = readRecord(keysFolder(desk).record);
	const book = new KeyBook();
	entries.forEach((entry) => book.apply(entry));
	const accounts = reconcile(parseManifest("csv", readFileSync(manifestPath, "utf8")), book, entries);
	const given = new Map<string, string>();
	const reused = entries.flatMap(({ event }) => {
		if (event.type !== "load_started" || event.ksn === undefined) {
			return [];
		}
		const first = given.get(event.ksn) ?? event.serial;
		given.set(event.ksn, first);
		return first === event.serial ? [] : [`${event.ksn} went to ${first} and ${event.serial}`];
	});
	const wrongPads = pads.filter((pad) => pad.contents().join() !== expectedContents(pad).join());
	return [
		...(brokenAt === undefined && tornBytes === 0 ? [] : [`the record breaks at line ${brokenAt ?? "the last"}`]),
		...wrongPads.map((pad) => `pad ${pad.serial} holds other keys than the manifest says`),
		...accounts.filter(({ state }) => state !== "complete").map(({ serial, state }) => `pad ${serial} is ${state}`),
		...(kills > 0 ? [] : ["it was never killed: too few pads, or too long a life"]),
		...(accounts.length === pads.length ? [] : ["the reconciliation misses pads"]),
		...reused,
		...leaks(),
	];
}

/** Keys, components and passphrases in what was written: output, record, vault. The pads' own memories hold keys. */
function leaks(): readonly string[] {
	const secrets = [kbpk, bdk, ...pads.flatMap(({ master, second }) => [master, second]), ...Object.values(passphrases)];
	const texts = readdirSync(desk).map((name) => readFileSync(join(desk, name), "latin1").toUpperCase());
	return [output.toUpperCase(), ...texts].flatMap((text, index) =>
		secrets.filter((secret) => text.includes(secret.toUpperCase())).map(() => `a secret lies in output ${index}`),
	);
}

function report(): void {
	const { entries } = readRecord(keysFolder(desk).record);
	const loads = entries.filter(({ event }) => event.type === "load_started").length;
	const seconds = ((systemClock.monotonicMs() - started) / 1000).toFixed(0);
	console.log(`${count} pads, ${2 * count} keys, killed ${kills} times, ${loads} loads, ${seconds} s`);
	if (complaints.length > 0) {
		console.log(complaints.slice(0, 20).join("\n"));
		console.log(`\n${complaints.length} disagreements; what is left of them is in ${folder}`);
		console.log(output.split("\n").slice(-30).join("\n"));
		process.exitCode = 1;
		return;
	}
	console.log("Every pad holds its keys, no serial number was given out twice, the record verifies.");
	rmSync(folder, { recursive: true });
}
