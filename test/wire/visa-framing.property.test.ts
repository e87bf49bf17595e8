import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { type Bytes, concatBytes, latin1 } from "../../src/wire/bytes.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";
import { visaControls, visaFraming, visaMarks } from "../../src/wire/visa-framing.ts";
import { dataFrame, framingLaws, garbagePiece, type Piece } from "./framing-laws.ts";

const { stx, si } = visaMarks;
const controls: readonly number[] = Object.values(visaControls);
const marks: readonly number[] = [...Object.values(visaMarks), ...controls];
const starts: readonly number[] = [stx, si];
/** What a port set to 8N1 shows of a 7-bit character with even parity, where that is another byte. */
const withParity = Array.from({ length: 128 }, (_, byte) => evenParity(byte)).filter((byte) => byte > 0x7f);

const golden = z
	.object({ frames: z.array(z.object({ description: z.string(), hex: z.string() })) })
	.parse(JSON.parse(readFileSync(new URL("../fixtures/visa1000se/frames.json", import.meta.url), "utf8")));

/** The first byte picks one of the two kinds, the others become printable. */
const payloadOf = (bytes: Uint8Array): Bytes =>
	Uint8Array.from(bytes, (byte, at) => (at === 0 ? (byte % 2 === 0 ? stx : si) : 0x20 + (byte % 0x5f)));
const payloads = fc.uint8Array({ minLength: 1, maxLength: 12 }).map(payloadOf);

const noise = fc.uint8Array({ maxLength: 8 }).map((bytes) =>
	garbagePiece(
		Uint8Array.from(bytes).filter(
			(byte) => !starts.includes(byte) && !controls.includes(byte) && !withParity.includes(byte),
		),
		"no_start",
	),
);

const control = fc
	.constantFrom(...controls)
	.map((byte): Piece => ({ bytes: Uint8Array.of(byte), frames: [{ kind: "control", byte }] }));

/** The check byte has another value, which may be that of ACK, NAK or EOT. */
const wrongCheck = fc
	.tuple(payloads, fc.integer({ min: 0, max: 0x7f }))
	.map(([payload, check]) => {
		const frame = visaFraming.encode(payload);
		const right = frame.at(-1) ?? 0;
		frame[frame.length - 1] = check === right || starts.includes(check) ? right ^ 0x40 : check;
		return garbagePiece(frame, "bad_check");
	})
	.filter(({ bytes }) => !starts.includes(bytes.at(-1) ?? 0));

/** A frame that ends in the middle, before the next one begins. */
const cutOff = fc.tuple(payloads, payloads).map(([payload, next]): Piece => {
	const bytes = visaFraming.encode(payload).slice(0, -2);
	return {
		bytes: concatBytes(bytes, visaFraming.encode(next)),
		frames: [{ kind: "garbage", bytes, reason: "bad_body" }, dataFrame(next)],
	};
});

function evenParity(byte: number): number {
	const ones = byte.toString(2).replaceAll("0", "").length;
	return ones % 2 === 0 ? byte : byte | 0x80;
}

describe("the VISA framing", () => {
	framingLaws({
		framing: visaFraming,
		payloadOf,
		maxPayload: 510,
		maxFrame: 512,
		between: [noise, control, wrongCheck, cutOff],
		marks,
		synonyms: withParity,
		// The check bytes of the first two look like SO and ACK.
		examples: [
			{ frame: "0F31310E0E", payload: "0F3131" },
			{ frame: "0237320306", payload: "023732" },
			{ frame: "025A310368", payload: "025A31" },
			{
				frame: "0F3036323436383830343031413030313233340E78",
				payload: "0F303632343638383034303141303031323334",
			},
		],
	});

	test.each(golden.frames)("golden frame: $description", ({ hex }) => {
		const wire = fromHex(hex);
		const payload = wire.slice(0, -2);
		expect(toHex(visaFraming.encode(payload))).toBe(hex);
		for (let cut = 0; cut <= wire.length; cut++) {
			const decoder = visaFraming.decoder();
			const frames = [...decoder.push(wire.slice(0, cut)), ...decoder.push(wire.slice(cut))];
			expect(frames).toEqual([dataFrame(payload)]);
		}
	});

	test("an even parity bit is not part of a character", () => {
		const frame = visaFraming.encode(latin1("\x0f06246880401A001234"));
		const seen = concatBytes(Uint8Array.of(visaControls.nak), frame, Uint8Array.of(visaControls.eot)).map(evenParity);
		expect(visaFraming.decoder().push(seen)).toEqual([
			{ kind: "control", byte: visaControls.nak },
			dataFrame(latin1("\x0f06246880401A001234")),
			{ kind: "control", byte: visaControls.eot },
		]);
	});

	test.each([
		["a wrong check byte that looks like ACK", "\x0271\x03\x06", "bad_check"],
		["a wrong check byte that looks like EOT", "\x0f06\x0e\x04", "bad_check"],
		["the end mark of the other kind", "\x0206\x0e", "bad_body"],
		["a byte of more than seven bits", "\x0206\xfe", "bad_body"],
		["EOT inside", "\x0206\x04", "bad_body"],
		["no end", `\x02${"0".repeat(510)}`, "too_long"],
	])("%s: the frame is skipped with its reason and the next one is found", (_, bad, reason) => {
		const decoder = visaFraming.decoder();
		const frames = decoder.push(concatBytes(latin1(bad), visaFraming.encode(latin1("\x02Z1"))));
		const garbage = frames.filter((frame) => frame.kind === "garbage");
		expect(garbage).toMatchObject([{ reason }]);
		expect(frames.at(-1)).toEqual(dataFrame(latin1("\x02Z1")));
	});

	test("a frame that lost its check byte does not take the next one with it", () => {
		const whole = visaFraming.encode(latin1("\x02Z1"));
		const frames = visaFraming.decoder().push(concatBytes(whole.slice(0, -1), whole));
		expect(frames).toEqual([garbagePiece(whole.slice(0, -1), "bad_check").frames[0], dataFrame(latin1("\x02Z1"))]);
	});

	test.each([
		["nothing", ""],
		["no start mark", "Z1"],
		["an end mark in the text", "\x02Z2A\x03B"],
		["ACK in the text", "\x0f02\x06"],
		["eight bits", "\x02Z2\xe9"],
	])("%s is not written", (_, payload) => {
		expect(() => visaFraming.encode(latin1(payload))).toThrow(RangeError);
	});
});
