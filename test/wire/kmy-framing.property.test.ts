import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { fromLatin1, latin1 } from "../../src/wire/bytes.ts";
import { kmyFraming, kmyKeys } from "../../src/wire/kmy-framing.ts";
import { dataFrame, framingLaws, garbagePiece, type Piece } from "./framing-laws.ts";

const stx = 0x02;
const etx = 0x03;
const keys: readonly number[] = Object.values(kmyKeys);

/** Bytes that neither begin a frame nor are a key. */
const noise = fc
	.uint8Array({ maxLength: 8 })
	.map((bytes) =>
		garbagePiece(Uint8Array.from(bytes.filter((byte) => byte !== stx && !keys.includes(byte))), "no_start"),
	);

const keyPress = fc
	.constantFrom(...keys)
	.map((byte): Piece => ({ bytes: Uint8Array.of(byte), frames: [{ kind: "control", byte }] }));

/** A frame whose check byte has another value: its second digit, just before the end mark. */
const wrongCheck = fc
	.tuple(fc.uint8Array({ minLength: 1, maxLength: 12 }), fc.integer({ min: 1, max: 15 }))
	.map(([payload, change]) => {
		const frame = kmyFraming.encode(payload);
		const digit = Number.parseInt(String.fromCharCode(frame[frame.length - 2] ?? 0), 16);
		frame.set(latin1((digit ^ change).toString(16).toUpperCase()), frame.length - 2);
		return garbagePiece(frame, "bad_check");
	});

/** A frame that ends in the middle. */
const cutOff = fc.uint8Array({ minLength: 1, maxLength: 12 }).map((payload) => {
	const frame = kmyFraming.encode(payload).slice(0, -3);
	return garbagePiece(Uint8Array.of(...frame, 0xff), "bad_body");
});

describe("the KMY framing", () => {
	framingLaws({
		framing: kmyFraming,
		maxPayload: 1025,
		maxFrame: 2056,
		between: [noise, keyPress, wrongCheck, cutOff],
		marks: [stx, etx, ...keys, ...latin1("09AF")],
		synonyms: [...latin1("abcdef")],
		// Command and status frames as the public drivers of AndroidEx-SDK/aexApps (aexddKMY350.c) write and read them.
		examples: [
			{ frame: "0230313331333003", payload: "31" },
			{ frame: "023033343630303330373503", payload: "460030" },
			{ frame: "023036333530363031303130303145324203", payload: "35060101001E" },
			{ frame: "023039303430313233343536373839414243444546304403", payload: "040123456789ABCDEF" },
			{ frame: "0230313135313403", payload: "15" },
		],
	});

	test("lower-case digits are read", () => {
		expect(kmyFraming.decoder().push(latin1("\x0209040123456789abcdef0d\x03"))).toEqual([
			dataFrame(latin1("\x04\x01\x23\x45\x67\x89\xab\xcd\xef")),
		]);
	});

	test("a payload above 255 bytes has the length 0", () => {
		const frame = kmyFraming.encode(new Uint8Array(256));
		expect(fromLatin1(frame.subarray(0, 3))).toBe("\x0200");
		expect(kmyFraming.decoder().push(frame)).toEqual([dataFrame(new Uint8Array(256))]);
	});

	test.each([
		["a length that is not the payload's", "\x02023130\x03", "bad_length"],
		["an odd number of digits", "\x020131304\x03", "bad_length"],
		["nothing", "\x02\x03", "bad_length"],
		["no payload", "\x020000\x03", "bad_length"],
		["a wrong check byte", "\x02013131\x03", "bad_check"],
		["a character that is no digit", "\x02013g", "bad_body"],
		["no end", `\x02${"0".repeat(2055)}`, "too_long"],
	])("%s: the frame is skipped with its reason and the next one is found", (_, bad, reason) => {
		const decoder = kmyFraming.decoder();
		const good = fromLatin1(kmyFraming.encode(latin1("\x04")));
		const frames = decoder.push(latin1(`${bad}${good}`));
		expect(frames).toEqual([{ kind: "garbage", bytes: latin1(bad), reason }, dataFrame(latin1("\x04"))]);
		expect(decoder.counts.garbage).toMatchObject({ [reason]: bad.length });
	});
});
