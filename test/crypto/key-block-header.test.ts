import { describe, expect, test } from "vitest";
import { z } from "zod";
import { formatKeyBlockHeader, parseKeyBlockHeader, withTotalLength } from "../../src/crypto/key-block-header.ts";
import { codeOf } from "./code-of.ts";
import { vectorsOf } from "./vectors.ts";

const input = z.object({ header: z.string() });
const block = z.object({ id: z.string(), data: z.string() });
const output = z.object({
	error: z.string().optional(),
	consumed: z.number().optional(),
	blocks: z.array(block).optional(),
	canonicalDump: z.string().nullish(),
});
const vectors = vectorsOf("tr31-headers", input, output);
const isError = (vector: (typeof vectors)[number]): boolean => vector.out.error !== undefined;

test.each(vectors.filter(isError))("$id: $out.error", ({ in: { header: text } }) => {
	expect(codeOf(() => parseKeyBlockHeader(text))).toBe("key_block_header_invalid");
});

test.each(vectors.filter((vector) => !isError(vector)))("$id", ({ in: { header: text }, out }) => {
	const header = parseKeyBlockHeader(text);
	expect({ consumed: header.length, blocks: header.optionalBlocks }).toEqual({
		consumed: out.consumed,
		blocks: out.blocks,
	});
	const formatted = formatKeyBlockHeader(header, header.version === "D" ? 16 : 8);
	expect(formatted).toBe(out.canonicalDump ?? withTotalLength(text, text.length));
});

test("reads each field", () => {
	expect(parseKeyBlockHeader("B0096P0TEc1S0100KS1800604B120F929280000012345678")).toEqual({
		version: "B",
		totalLength: 96,
		usage: "P0",
		algorithm: "T",
		mode: "E",
		keyVersion: "c1",
		exportability: "S",
		context: "00",
		optionalBlocks: [{ id: "KS", data: "00604B120F9292800000" }],
		length: 40,
	});
});

test.each([
	{ missing: 3, data: "x".repeat(9), pad: "PB13" },
	{ missing: 4, data: "x".repeat(8), pad: "PB04" },
	{ missing: 16, data: "x".repeat(12), pad: "" },
])("a header that lacks $missing characters is padded with $pad", ({ data, pad }) => {
	const header = parseKeyBlockHeader("D0000P0TE00E0000");
	const text = formatKeyBlockHeader({ ...header, optionalBlocks: [{ id: "LB", data }] }, 16);
	expect(text.length % 16).toBe(0);
	expect(text.slice(20 + data.length)).toBe(pad.slice(0, 4) + "0".repeat(Math.max(0, text.length - 24 - data.length)));
});

describe("refuses", () => {
	test.each([
		["an empty text", ""],
		["15 characters", "B0000P0TE00E000"],
		["an unknown version", "F0000P0TE00E0000"],
		["a length that is no number", "B00X0P0TE00E0000"],
		["a usage that is not alphanumeric", "B0000P_TE00E0000"],
		["a count that is no number", "B0000P0TE00E0A00"],
		["the same optional block twice", "B0000P0TE00N0200KS04KS04"],
		["an optional block after the pad block", "B0000P0TE00N0200PB04KS04"],
		["a lower-case length", "B0000P0TE00N0100KS0a123456"],
	])("%s", (_, text) => {
		expect(codeOf(() => parseKeyBlockHeader(text))).toBe("key_block_header_invalid");
	});

	test("to write more than 9999 characters or 99 optional blocks", () => {
		const header = parseKeyBlockHeader("B0000P0TE00E0000");
		const optionalBlocks = Array.from({ length: 100 }, (_, index) => ({ id: `${index}`.padStart(2, "0"), data: "" }));
		const code = "key_block_header_invalid";
		expect(codeOf(() => withTotalLength("B0000P0TE00E0000", 10_000))).toBe(code);
		expect(codeOf(() => formatKeyBlockHeader({ ...header, optionalBlocks }, 8))).toBe(code);
		const long = [{ id: "CT", data: "0".repeat(9_999) }];
		expect(codeOf(() => formatKeyBlockHeader({ ...header, optionalBlocks: long }, 8))).toBe(code);
	});
});
