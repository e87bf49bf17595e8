import { join } from "node:path";
import { expect, it } from "vitest";
import { parseCsv } from "../../../src/keys/csv.ts";
import type { KeyEvent } from "../../../src/keys/record/entry.ts";
import { recordAsCsv, recordAsHtml } from "../../../src/keys/record/export-record.ts";
import { KeyRecord, readRecord } from "../../../src/keys/record/key-record.ts";
import { batch, loading, proved } from "../support/events.ts";
import { scratchFolder } from "../support/scratch.ts";
import { testClock } from "../support/test-clock.ts";

const label = {
	name: "bdk-1",
	role: "BDK",
	algorithm: "AES128",
	kcv: { method: "cmac", value: "2331550BC9" },
} as const;

/** One of each. */
const events: readonly KeyEvent[] = [
	{ type: "vault_created", purpose: "test", holders: [{ name: "Alice", side: "A" }] },
	{ type: "key_stored", key: label, components: 2 },
	{ type: "key_removed", key: label },
	{ type: "ceremony_refused", name: "tmk-1", code: "kcv_differs" },
	{ type: "pad_added", serial: "35010001", model: "<b>KMY & Co</b>" },
	{ type: "batch_started", batch, purpose: "test", pads: 1, keys: 1 },
	loading({ kekKcv: { method: "ecb-zeros", value: "D2B91C" }, form: "enciphered", header: "B0080P0TE00N0000" }),
	proved(),
	{ type: "load_refused", batch, serial: "35010001", place: "master 1", code: "kek_weaker" },
	{ type: "batch_ended", batch, end: "incomplete", loaded: 1, refused: 1, missing: 0 },
	{ type: "key_verified", serial: "35010001", place: "master 0", result: "proved" },
	{ type: "pad_removed", serial: "35010001", reason: "sent back" },
];

function exported(): { readonly csv: string; readonly html: string; readonly head: string } {
	const path = join(scratchFolder(), "record.jsonl");
	const record = new KeyRecord(path, testClock());
	for (const event of events) {
		record.append(event, ["Alice", "Bob"]);
	}
	const walked = readRecord(path);
	return { csv: recordAsCsv(walked), html: recordAsHtml(walked), head: record.head };
}

it("gives every entry one line of CSV", () => {
	const [heading, ...rows] = parseCsv(exported().csv).map(({ cells }) => cells);
	expect(heading).toEqual([
		"No.",
		"Time",
		"By",
		"What",
		"Pad",
		"Slot",
		"Key",
		"KCV",
		"Header",
		"KSN",
		"Result",
		"Hash",
	]);
	expect(rows).toHaveLength(events.length);
	expect(rows[6]?.slice(2, -1)).toEqual([
		"Alice, Bob",
		"Loading",
		"35010001",
		"master 0",
		"TMK TDES2",
		"08D7B4 (ecb-zeros)",
		"B0080P0TE00N0000",
		"",
		"enciphered under D2B91C (ecb-zeros)",
	]);
	expect(rows[1]?.slice(6, 8)).toEqual(["bdk-1: BDK AES128", "2331550BC9 (cmac)"]);
});

it("makes one page that needs nothing else, with the head of the chain and nothing to run", () => {
	const { html, head } = exported();
	expect(html).toContain(head);
	expect(html.match(/<tr>/g)).toHaveLength(events.length + 1);
	expect(html).toContain("&lt;b&gt;KMY &amp; Co&lt;/b&gt;");
	expect(html).not.toMatch(/<script|<link|src=|href=|https?:/);
	expect(html).toContain("The chain is whole.");
});

it("says on the page that a chain is broken", () => {
	const path = join(scratchFolder(), "none.jsonl");
	expect(recordAsHtml({ ...readRecord(path), brokenAt: 7 })).toContain("BROKEN AT LINE 7");
	expect(recordAsHtml(readRecord(path))).toContain("No entries.");
});
