import { appendFileSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { KeyEvent } from "../../../src/keys/record/entry.ts";
import { hasHead, KeyRecord, readRecord } from "../../../src/keys/record/key-record.ts";
import { scratchFolder } from "../support/scratch.ts";
import { testClock } from "../support/test-clock.ts";
import { faultOf } from "../vault/key-store-contract.ts";

const people = ["Alice", "Bob"];
const added: KeyEvent = { type: "pad_added", serial: "35010001", model: "KMY3501" };
const removed: KeyEvent = { type: "pad_removed", serial: "35010001", reason: "sent back" };

function newRecord(...events: readonly KeyEvent[]): { readonly path: string; readonly record: KeyRecord } {
	const path = join(scratchFolder(), "record.jsonl");
	const record = new KeyRecord(path, testClock());
	for (const event of events) {
		record.append(event, people);
	}
	return { path, record };
}

it("keeps who did what and when, and goes on after a restart", () => {
	const { path, record } = newRecord(added);
	record.close();
	const again = new KeyRecord(path, testClock());
	again.append(removed, ["Carol"]);
	expect(again.entries).toMatchObject([
		{ sequence: 1, by: people, event: added },
		{ sequence: 2, by: ["Carol"], event: removed },
	]);
	expect(Date.parse(again.entries[0]?.at ?? "")).toBe(testClock().now());
	expect(readRecord(path)).toMatchObject({ brokenAt: undefined, tornBytes: 0, head: { sequence: 2 } });
	expect(statSync(path).mode & 0o777).toBe(0o600);
});

it("knows its earlier heads again, and no others", () => {
	const { path, record } = newRecord(added);
	const early = record.head;
	record.append(removed, people);
	expect(hasHead(readRecord(path), early)).toBe(true);
	expect(hasHead(readRecord(path), record.head)).toBe(true);
	expect(hasHead(readRecord(path), early.replace("1:", "2:"))).toBe(false);
	expect(hasHead(readRecord(path), "3:00")).toBe(false);
	expect(hasHead(readRecord(path), "")).toBe(false);
	expect(hasHead(readRecord(path), `0:${"0".repeat(64)}`)).toBe(true);
});

describe("damage", () => {
	it("is found wherever one byte was changed, and nothing is appended to it", () => {
		const { path } = newRecord(added, removed, added);
		const whole = readFileSync(path);
		for (let at = 0; at < whole.length; at++) {
			const changed = Buffer.from(whole);
			changed[at] = (changed[at] ?? 0) ^ 1;
			writeFileSync(path, changed);
			const { brokenAt, tornBytes } = readRecord(path);
			expect(brokenAt !== undefined || tornBytes > 0, `byte ${at}`).toBe(true);
		}
		const changed = Buffer.from(whole);
		changed[30] = 0x30 + ((changed[30] ?? 0) & 1);
		changed[31] = 0x41;
		writeFileSync(path, changed);
		expect(() => new KeyRecord(path, testClock())).toThrow(faultOf("record_damaged"));
	});

	it.each([
		["dropped", (lines: string[]) => lines.toSpliced(1, 1), 2],
		["moved", (lines: string[]) => [lines[1], lines[0], lines[2]], 1],
		["doubled", (lines: string[]) => [lines[0], lines[0], lines[1], lines[2]], 2],
	] as const)("is found when a line was %s", (_, change, brokenAt) => {
		const { path } = newRecord(added, removed, added);
		const lines = readFileSync(path, "utf8").trimEnd().split("\n");
		writeFileSync(path, `${change(lines).join("\n")}\n`);
		expect(readRecord(path).brokenAt).toBe(brokenAt);
	});

	it("of the last line, torn by a power cut, is cut off and recorded", () => {
		const { path, record } = newRecord(added);
		record.close();
		const whole = readFileSync(path, "utf8");
		for (const torn of [1, 40, whole.length - 1]) {
			writeFileSync(path, whole);
			appendFileSync(path, whole.slice(0, torn));
			expect(readRecord(path)).toMatchObject({ brokenAt: undefined, tornBytes: torn });
			const again = new KeyRecord(path, testClock());
			expect(again.entries.at(-1)).toMatchObject({ sequence: 2, event: { type: "torn_line_removed", bytes: torn } });
			again.append(removed, people);
			again.close();
			expect(readRecord(path)).toMatchObject({ brokenAt: undefined, tornBytes: 0, head: { sequence: 3 } });
		}
	});
});

it("takes no more entries once one could not be written", () => {
	const { record } = newRecord(added);
	record.close();
	expect(() => record.append(removed, people)).toThrow(faultOf("record_unwritable"));
	expect(record.entries).toHaveLength(1);
});

it("has no field for a key", () => {
	const { record } = newRecord();
	const leaky = { ...added, key: "0123456789ABCDEFFEDCBA9876543210" };
	expect(() => record.append(leaky, people)).toThrow(/key/);
	expect(record.entries).toEqual([]);
});
