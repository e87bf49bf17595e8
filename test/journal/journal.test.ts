import { spawn } from "node:child_process";
import { once } from "node:events";
import { chmodSync, mkdtempSync, readdirSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { DatabaseSync } from "node:sqlite";
import { fileURLToPath } from "node:url";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { Journal } from "../../src/journal/journal.ts";
import { openJournal } from "../../src/journal/open-journal.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { fromLatin1, latin1 } from "../../src/wire/bytes.ts";
import { present } from "../support/present.ts";
import { silentLog } from "../support/silent-log.ts";

let directory: string;
let opened: Journal[];

async function open(): Promise<Journal> {
	const journal = await openJournal({ directory, clock: systemClock, log: silentLog });
	opened.push(journal);
	return journal;
}

async function closeAll(): Promise<void> {
	await Promise.all(opened.splice(0).map((journal) => journal.close()));
}

function fileEnding(ending: string): string {
	return join(
		directory,
		present(
			readdirSync(directory).find((name) => name.endsWith(ending)),
			ending,
		),
	);
}

const happened = (type: string) => ({ type, at: 1 });
const transaction = { kind: "transaction", lane: "lane1" } as const;

beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "journal-"));
	opened = [];
});

afterEach(async () => {
	await closeAll();
	rmSync(directory, { recursive: true, force: true });
});

describe("what is written", () => {
	test("is there after a restart, in order, under an unbroken chain", async () => {
		const journal = await open();
		await journal.write({ stream: "a", events: [happened("one")], open: transaction });
		await journal.write({ stream: "a", events: [happened("two"), happened("three")], settled: true });
		await closeAll();
		const again = await open();
		expect(again.read("a").map(({ event, index, sequence }) => [event.type, index, sequence])).toEqual([
			["one", 0, 1],
			["two", 1, 2],
			["three", 2, 3],
		]);
		expect(again.head).toBe(3);
		expect(again.readAfter(1, 1).map(({ event }) => event.type)).toEqual(["two"]);
		expect(again.verify()).toEqual({ events: 3, brokenAt: undefined });
	});

	test("is told to subscribers in order, once it can be read", async () => {
		const journal = await open();
		const told: number[] = [];
		journal.subscribe(({ sequence, stream }) => {
			told.push(sequence);
			expect(journal.read(stream).length).toBeGreaterThan(0);
		});
		await Promise.all(
			Array.from({ length: 100 }, (_, number) =>
				journal.write({ stream: `s${number}`, events: [happened("x")], open: transaction }),
			),
		);
		expect(told).toEqual(Array.from({ length: 100 }, (_, number) => number + 1));
	});

	test("is found as unsettled until it is settled", async () => {
		const journal = await open();
		await journal.write({ stream: "a", events: [happened("x")], open: transaction });
		await journal.write({ stream: "b", events: [happened("x")], open: transaction });
		await journal.write({ stream: "a", events: [happened("y")], settled: true });
		expect(journal.streams({ kind: "transaction", unsettled: true, limit: 9 })).toEqual(["b"]);
		expect(journal.streams({ kind: "transaction", limit: 9 })).toEqual(["b", "a"]);
		expect(journal.streams({ kind: "transaction", lane: "other", limit: 9 })).toEqual([]);
	});
});

test("of 64 writers that claim one key at once, one wins, for ever", async () => {
	const journal = await open();
	const claim = { scope: "idempotency", key: "k" } as const;
	const results = await Promise.all(
		Array.from({ length: 64 }, (_, number) =>
			journal.write({ stream: `s${number}`, events: [happened("x")], open: transaction, claims: [claim] }),
		),
	);
	expect(results.filter(({ kind }) => kind === "written")).toHaveLength(1);
	const winner = present(journal.owner(claim), "owner");
	expect(results.filter((result) => result.kind === "claimed" && result.owner === winner)).toHaveLength(63);
	expect(journal.head).toBe(1);
	await closeAll();
	expect((await open()).owner(claim)).toBe(winner);
});

describe("secrets", () => {
	test("are sealed, come back after a restart, and are gone when erased", async () => {
		const journal = await open();
		const value = latin1("a very plain secret");
		await journal.write({ stream: "a", events: [happened("x")], open: transaction, keep: [{ name: "pan", value }] });
		await closeAll();
		const again = await open();
		expect(fromLatin1(present(again.secret("a", "pan"), "secret"))).toBe("a very plain secret");
		for (const name of readdirSync(directory)) {
			expect(readFileSync(join(directory, name)).toString("latin1")).not.toContain("plain secret");
		}
		await again.write({ stream: "a", events: [happened("y")], erase: ["pan"] });
		expect(again.secret("a", "pan")).toBeUndefined();
	});

	test("need a key file that nobody else can read, and the right one", async () => {
		await open();
		await closeAll();
		const key = fileEnding(".key");
		expect(statSync(key).mode & 0o777).toBe(0o600);
		chmodSync(key, 0o640);
		await expect(open()).rejects.toMatchObject({ code: "key_file_unsafe" });
		chmodSync(key, 0o600);
		writeFileSync(key, new Uint8Array(32).fill(7));
		await expect(open()).rejects.toMatchObject({ code: "key_file_unsafe" });
	});

	test("leave fingerprints that only this journal can make", async () => {
		const mine = (await open()).fingerprint(latin1("card"));
		await closeAll();
		expect((await open()).fingerprint(latin1("card"))).toBe(mine);
		await closeAll();
		rmSync(directory, { recursive: true });
		expect((await open()).fingerprint(latin1("card"))).not.toBe(mine);
	});
});

test("a second daemon is refused at once and told who has the journal", async () => {
	await open();
	await expect(open()).rejects.toMatchObject({ code: "journal_locked" });
	await closeAll();
	await expect(open()).resolves.toBeDefined();
});

test("a row changed behind our back is found, with its place", async () => {
	const journal = await open();
	for (const type of ["one", "two", "three"]) {
		await journal.write({ stream: "a", events: [happened(type)], open: transaction });
	}
	await closeAll();
	const database = new DatabaseSync(fileEnding(".db"));
	database.exec(`UPDATE events SET body = replace(body, 'two', 'TWO') WHERE sequence = 2`);
	database.close();
	await expect(open()).rejects.toMatchObject({ code: "journal_corrupt", context: { brokenAt: 2 } });
});

test("a process killed in the middle of writing loses nothing it acknowledged", async () => {
	const script = fileURLToPath(new URL("writing-process.ts", import.meta.url));
	for (const after of [1, 20, 300]) {
		const child = spawn(process.execPath, [script, directory], { stdio: ["ignore", "pipe", "inherit"] });
		let acknowledged = -1;
		for await (const line of createInterface({ input: child.stdout })) {
			acknowledged = Math.max(acknowledged, Number(line));
			if (acknowledged >= after) {
				child.kill("SIGKILL");
			}
		}
		if (child.exitCode === null && child.signalCode === null) {
			await once(child, "exit");
		}
		const journal = await open();
		const types = new Set(journal.readAfter(0, 1_000_000).map(({ event }) => event.type));
		for (let number = 0; number <= acknowledged; number++) {
			expect(types).toContain(`n${number}`);
		}
		expect(journal.verify().brokenAt).toBeUndefined();
		await closeAll();
	}
});
