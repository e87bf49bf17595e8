import * as fc from "fast-check";
import { expect, it } from "vitest";
import { formatCsv, parseCsv } from "../../src/keys/csv.ts";
import { faultOf } from "./vault/key-store-contract.ts";

it("reads what it wrote, whatever the cells hold", () => {
	const cell = fc.string({ unit: "grapheme" }).map((text) => `x${text.replaceAll("\r", "")}`);
	fc.assert(
		fc.property(fc.array(fc.array(cell, { minLength: 1 })), (rows) => {
			expect(parseCsv(formatCsv(rows)).map(({ cells }) => cells)).toEqual(rows);
		}),
		{ numRuns: 10_000 },
	);
});

it("takes plain cells, blanks around them, empty lines and no last line end", () => {
	expect(parseCsv("a, b ,c\r\n\n1,,3\n\n4,5,6")).toEqual([
		{ line: 1, cells: ["a", "b", "c"] },
		{ line: 3, cells: ["1", "", "3"] },
		{ line: 5, cells: ["4", "5", "6"] },
	]);
	expect(parseCsv("")).toEqual([]);
});

it("counts lines within a quoted cell", () => {
	expect(parseCsv('"a\nb",c\nd,e').map(({ line }) => line)).toEqual([1, 3]);
});

it("names the line of a stray quotation mark", () => {
	expect(() => parseCsv('a,b\nc,d"e\n')).toThrow(faultOf("manifest_invalid"));
	expect(() => parseCsv('a,b\nc,d"e\n')).toThrow(/Line 2/);
});

it("keeps a spreadsheet from computing a cell", () => {
	expect(formatCsv([["=1+1", "@x", "plain"]])).toBe(`"'=1+1","'@x","plain"\r\n`);
});
