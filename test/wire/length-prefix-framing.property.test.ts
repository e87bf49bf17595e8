import { describe, expect, test } from "vitest";
import { concatBytes, latin1 } from "../../src/wire/bytes.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";
import { lengthPrefixFraming } from "../../src/wire/length-prefix-framing.ts";
import { readMSeries } from "../support/iso8583-fixtures.ts";
import { present } from "../support/present.ts";
import { dataFrame, framingLaws } from "./framing-laws.ts";

const maxPayload = 64;
const framing = lengthPrefixFraming({ maxPayload });
/** Of the other notations: what a message of three bytes looks like, and a head that tells one byte too many. */
const others = [
	{
		notation: "bcd4",
		countsItself: false,
		frame: "0003616263",
		tooLong: "0065",
		head: 2,
		marks: [0, 0x03, 0x64, 0xff],
	},
	{ notation: "bcd4", countsItself: true, frame: "0005616263", tooLong: "0067", head: 2, marks: [0, 0x05, 0x66, 0xff] },
	{ notation: "be16", countsItself: true, frame: "0005616263", tooLong: "0043", head: 2, marks: [0, 5, 0x42, 0xff] },
	{
		notation: "ascii4",
		countsItself: false,
		frame: "30303033616263",
		tooLong: "30303635",
		head: 4,
		marks: [0x30, 0x30, 0x36, 0x34, 0x41],
	},
	{
		notation: "ascii4",
		countsItself: true,
		frame: "30303037616263",
		tooLong: "30303639",
		head: 4,
		marks: [0x30, 0x30, 0x36, 0x38, 0x41],
	},
] as const;
const echo = present(readMSeries()[13], "M14").hex;

describe("the length prefix", () => {
	framingLaws({
		framing,
		maxPayload,
		maxFrame: maxPayload + 2,
		between: [],
		marks: [0xff, 0, maxPayload],
		synonyms: [],
		examples: [
			{ frame: "000161", payload: "61" },
			{ frame: echo, payload: echo.slice(4) },
		],
	});

	test.each([
		["0", "\x00\x00"],
		["one above the limit", "\x00\x41"],
		["the greatest", "\xff\xff"],
	])("after a length of %s all that has come is given up at once, and counted", (_, head) => {
		const decoder = framing.decoder();
		const bytes = latin1(`${head}and what follows`);
		expect(decoder.push(bytes)).toEqual([{ kind: "garbage", bytes, reason: "bad_length" }]);
		expect(decoder.counts.garbage.bad_length).toBe(bytes.length);
		expect(decoder.reset()).toBe(0);
	});

	test("an empty payload is not written: a length of 0 would end the line", () => {
		expect(() => framing.encode(new Uint8Array())).toThrow(RangeError);
	});
});

describe.each(others)("a length in $notation, counting itself: $countsItself", (other) => {
	const { notation, countsItself, head, marks, tooLong } = other;
	const written = lengthPrefixFraming({ maxPayload, notation, countsItself });

	framingLaws({
		framing: written,
		maxPayload,
		maxFrame: maxPayload + head,
		between: [],
		marks,
		synonyms: [],
		examples: [{ frame: other.frame, payload: "616263" }],
	});

	test("one above the limit ends the line", () => {
		const bytes = fromHex(`${tooLong}616263`);
		expect(written.decoder().push(bytes)).toEqual([{ kind: "garbage", bytes, reason: "bad_length" }]);
	});
});

test.each(["bcd4", "ascii4"] as const)("digits in %s that are none end the line", (notation) => {
	const bytes = latin1("\x0a:\xff\xff and what follows");
	expect(lengthPrefixFraming({ maxPayload, notation }).decoder().push(bytes)).toEqual([
		{ kind: "garbage", bytes, reason: "bad_length" },
	]);
});

test.each([
	["be16", false, "0000"],
	["be16", true, "0002"],
	["ascii4", false, "30303030"],
] as const)(
	"an empty frame in %s, counting itself: %s, is a sign of life where it may come",
	(notation, countsItself, hex) => {
		const alive = lengthPrefixFraming({ maxPayload, notation, countsItself, mayBeEmpty: true });
		expect(toHex(alive.encode(new Uint8Array()))).toBe(hex);
		const stream = concatBytes(fromHex(hex), alive.encode(latin1("abc")), fromHex(hex));
		const payloads = alive.decoder().push(stream);
		expect(payloads).toEqual(["", "abc", ""].map((text) => dataFrame(latin1(text))));
	},
);

test("a limit that the notation cannot tell is refused", () => {
	expect(() => lengthPrefixFraming({ maxPayload: 9_996, notation: "ascii4", countsItself: true })).toThrow(RangeError);
});
