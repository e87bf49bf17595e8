import { describe, expect, test } from "vitest";
import { latin1 } from "../../src/wire/bytes.ts";
import { lengthPrefixFraming } from "../../src/wire/length-prefix-framing.ts";
import { readMSeries } from "../support/iso8583-fixtures.ts";
import { present } from "../support/present.ts";
import { framingLaws } from "./framing-laws.ts";

const maxPayload = 64;
const framing = lengthPrefixFraming({ maxPayload });
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
