import { mkdtempSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { loadIso87 } from "../../../src/acquirers/iso87/load.ts";
import { configDirectory, shippedDialect } from "../../support/iso87.ts";

const ascii = readFileSync(join(configDirectory, "acquirers/iso87/ascii.yaml"), "utf8");
let directory: string;

beforeAll(() => {
	directory = mkdtempSync(join(tmpdir(), "iso87-"));
});
afterAll(() => rmSync(directory, { recursive: true }));

/** Loads the ASCII example with one thing changed. */
function loadChanged(from: string, to: string): unknown {
	expect(ascii).toContain(from);
	const path = join(directory, "own.yaml");
	writeFileSync(path, ascii.replace(from, to));
	return loadIso87(configDirectory, path, { values: {} });
}

describe("a dialect", () => {
	test.each(["ascii", "binary"] as const)("%s is shipped and sound", (dialect) => {
		expect(shippedDialect(dialect).settings.id).toBe(`iso87-${dialect}`);
	});

	test("takes the acquirer's own values and header", () => {
		const own = { values: { network: "042" }, header: "6000020000" };
		const { settings } = loadIso87(configDirectory, "binary", own);
		expect(settings.values["network"]).toBe("042");
		expect(settings.header).toEqual({ kind: "tpdu", value: "6000020000" });
	});

	test.each([
		["a value it does not have", "ascii", { values: { nii: "1" } }, /values\.nii: .*merchantType, institution/],
		["a value that does not fit", "binary", { values: { network: "12345" } }, /fields\.24: .*the table wants 3/],
		["a header where there is none", "ascii", { values: {}, header: "60" }, /header: this dialect has none/],
		["a header that is no TPDU", "binary", { values: {}, header: "61" }, /header\.value: .*ten hex digits/],
	])("refuses %s", (_, dialect, own, problem) => {
		expect(() => loadIso87(configDirectory, dialect, own)).toThrow(problem);
	});

	test.each([
		["an unknown key", "remark: 44", "remarks: 44", /answers/],
		["a name nobody knows", "{reason}", "{raison}", /messages\.reversal\.fields\.39: there is no \{raison\}/],
		["a constant too long", '3: "200000"', '3: "2000000"', /messages\.payments\.refund\.fields\.3/],
		["a track in the reversal", "copies: [2,", "copies: [35, 2,", /messages\.reversal\.copies: .*35/],
		["a MAC on its echo", 'on: ["0100",', 'on: ["0800", "0100",', /mac\.on: 0800/],
		[
			"an echo without what finds its answer",
			'41: "{terminalId}", 70: "301"',
			'70: "301"',
			/messages\.echo has no field 41/,
		],
		["a length that cannot be told", "maxMessage: 4096", "maxMessage: 12000", /frame\.maxMessage/],
		["a table that is not there", "fieldTable: iso87-ascii", "fieldTable: ./none.json", /none\.json/],
		["no YAML", "messages:\n", "messages: [\n", /own\.yaml/],
	])("with %s is refused, the key named", (_, from, to, problem) => {
		expect(() => loadChanged(from, to)).toThrow(problem);
	});
});
