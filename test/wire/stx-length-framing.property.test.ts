import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { latin1 } from "../../src/wire/bytes.ts";
import { stxLengthFraming } from "../../src/wire/stx-length-framing.ts";
import { dataFrame, framingLaws, garbagePiece } from "./framing-laws.ts";

const stx = 0x02;
const etx = 0x03;
const maxPayload = 64;

const examples = {
	// Commands as the CRT-310 communication protocol V3 of Creator prints them; the third check byte equals ETX.
	stx_to_etx: [
		{ frame: "02000231300302", payload: "3130" },
		{ frame: "0200032F3331032F", payload: "2F3331" },
		{ frame: "02000231310303", payload: "3131" },
		{ frame: "020004453030370377", payload: "45303037" },
	],
	// The first of them with the check that leaves the start mark out.
	length_to_etx: [{ frame: "02000231300300", payload: "3130" }],
} as const;

const noise = fc
	.uint8Array({ maxLength: 8 })
	.map((bytes) => garbagePiece(Uint8Array.from(bytes.filter((byte) => byte !== stx)), "no_start"));

describe.each(["stx_to_etx", "length_to_etx"] as const)("STX and length, check over %s", (covers) => {
	const framing = stxLengthFraming({ maxPayload, covers });

	/** A frame with a wrong check byte, and no second start mark in it: where the next frame begins is no question. */
	const wrongCheck = fc
		.tuple(fc.uint8Array({ maxLength: 12 }), fc.integer({ min: 1, max: 255 }))
		.map(([payload, change]) => {
			const frame = framing.encode(payload.map((byte) => (byte === stx ? etx : byte)));
			frame[frame.length - 1] = (frame.at(-1) ?? 0) ^ change;
			return frame;
		})
		.filter((frame) => !frame.includes(stx, 1))
		.map((frame) => garbagePiece(frame, "bad_check"));

	const tooLong = fc
		.integer({ min: maxPayload + 1, max: 0xffff })
		.filter((length) => length >> 8 !== stx && (length & 0xff) !== stx)
		.map((length) => garbagePiece(Uint8Array.of(stx, length >> 8, length & 0xff), "too_long"));

	framingLaws({
		framing,
		maxPayload,
		maxFrame: maxPayload + 5,
		between: [noise, wrongCheck, tooLong],
		marks: [stx, etx, 0, 1, maxPayload, 0xff],
		synonyms: [],
		examples: examples[covers],
	});

	test.each([
		["a length above the limit", "\x02\x00\x41", "too_long"],
		["the greatest length", "\x02\xff\xff", "too_long"],
		["another byte where the end mark belongs", "\x02\x00\x01\x31\x04\x36", "bad_length"],
		["a wrong check byte", "\x02\x00\x01\x31\x03\xff", "bad_check"],
	])("%s: the frame is skipped with its reason and the next one is found", (_, bad, reason) => {
		const decoder = framing.decoder();
		const good = framing.encode(latin1("next"));
		const frames = decoder.push(Uint8Array.of(...latin1(bad), ...good));
		expect(frames).toEqual([{ kind: "garbage", bytes: latin1(bad), reason }, dataFrame(latin1("next"))]);
		expect(decoder.counts.garbage).toMatchObject({ [reason]: bad.length });
	});

	test("an empty payload is a frame", () => {
		expect(framing.decoder().push(framing.encode(new Uint8Array()))).toEqual([dataFrame(new Uint8Array())]);
	});
});
