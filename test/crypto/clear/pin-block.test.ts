import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { clearAesKey, clearTdesKey } from "../../../src/crypto/clear/clear-keys.ts";
import { clearPin } from "../../../src/crypto/clear/clear-pin.ts";
import {
	decodePinBlock,
	encodePinBlock,
	type PinBlockBinding,
	type PinBlockOrigin,
} from "../../../src/crypto/clear/pin-block.ts";
import { decipherPinBlock4, encipherPinBlock4 } from "../../../src/crypto/clear/pin-block-format4.ts";
import { tdes } from "../../../src/crypto/clear/tdes.ts";
import { fromHex, toHex } from "../../../src/wire/hex.ts";
import { codeOf } from "../code-of.ts";
import { hex, vectorsOf } from "../vectors.ts";

const input = z.object({ pin: z.string(), pan: z.string().nullish(), fillHex: z.string().nullish() });
const format = z.literal([0, 1, 2, 3]);
type Format = z.output<typeof format>;

function originOf(format: Format, { pan, fillHex }: z.output<typeof input>): PinBlockOrigin {
	const [wholePan, fill] = [pan ?? "", fillHex ?? ""];
	const origins: Readonly<Record<Format, PinBlockOrigin>> = {
		0: { format: 0, pan: wholePan },
		1: { format: 1, fill },
		2: { format: 2 },
		3: { format: 3, pan: wholePan, fill },
	};
	return origins[format];
}

describe.each(format.values.values().toArray())("format %d", (format) => {
	const vectors = vectorsOf(`pinblock-iso${format}`, input, z.object({ pinBlock: hex }));

	test.each(vectors)("$id", ({ in: fields, out: { pinBlock } }) => {
		const origin = originOf(format, fields);
		expect(encodePinBlock(clearPin(fields.pin), origin)).toEqual(pinBlock);
		expect(decodePinBlock(pinBlock, origin)).toBe(fields.pin);
	});

	test("decodes what it encoded", () => {
		const fields = fc.record({
			pin: fc.stringMatching(/^[0-9]{4,12}$/),
			pan: fc.stringMatching(/^[0-9]{13,19}$/),
			fillHex: fc.stringMatching(/^[A-Fa-f]{10}$/),
		});
		fc.assert(
			fc.property(fields, ({ pin, ...rest }) => {
				const origin = originOf(format, { pin, ...rest });
				expect(decodePinBlock(encodePinBlock(clearPin(pin), origin), origin)).toBe(pin);
			}),
			{ numRuns: 10_000 },
		);
	});
});

const encrypted = vectorsOf(
	"pinblock-encrypted-tdes",
	input.extend({ format, key: hex }),
	z.object({ clearPinBlock: hex, encryptedPinBlock: hex }),
);

test.each(encrypted)("$id", ({ in: fields, out }) => {
	const block = encodePinBlock(clearPin(fields.pin), originOf(fields.format, fields));
	expect(block).toEqual(out.clearPinBlock);
	expect(tdes(clearTdesKey(fields.key)).encipherEcb(block)).toEqual(out.encryptedPinBlock);
});

describe("format 4", () => {
	const fields = z.object({ key: hex, pin: z.string(), pan: z.string(), randomHex: hex });
	const vectors = vectorsOf("pinblock-iso4", fields, z.object({ encryptedPinBlock: hex }));

	test.each(vectors)("$id", ({ in: { key, pin, pan, randomHex }, out: { encryptedPinBlock } }) => {
		const pek = clearAesKey(key);
		expect(encipherPinBlock4(pek, clearPin(pin), { pan, random: randomHex })).toEqual(encryptedPinBlock);
		expect(decipherPinBlock4(pek, encryptedPinBlock, pan)).toBe(pin);
	});

	test("deciphers what it enciphered", () => {
		const cases = fc.record({
			pin: fc.stringMatching(/^[0-9]{4,12}$/),
			pan: fc.stringMatching(/^[0-9]{1,19}$/),
			random: fc.uint8Array({ minLength: 8, maxLength: 8 }),
			keyLength: fc.constantFrom(16, 24, 32),
		});
		fc.assert(
			fc.property(cases, ({ pin, pan, random, keyLength }) => {
				const key = clearAesKey(new Uint8Array(keyLength).fill(keyLength));
				const block = encipherPinBlock4(key, clearPin(pin), { pan, random: Uint8Array.from(random) });
				expect(decipherPinBlock4(key, block, pan)).toBe(pin);
			}),
			{ numRuns: 10_000 },
		);
	});

	test("refuses other lengths of block, PAN and random part", () => {
		const key = clearAesKey(new Uint8Array(16));
		const random = new Uint8Array(8);
		const pin = clearPin("1234");
		expect(codeOf(() => decipherPinBlock4(key, new Uint8Array(8), "1"))).toBe("pin_block_invalid");
		expect(codeOf(() => encipherPinBlock4(key, pin, { pan: "", random }))).toBe("pan_invalid");
		expect(codeOf(() => encipherPinBlock4(key, pin, { pan: "1".repeat(20), random }))).toBe("pan_invalid");
		expect(codeOf(() => encipherPinBlock4(key, pin, { pan: "1", random: random.slice(1) }))).toBe("fill_invalid");
	});
});

describe("refused inputs", () => {
	const vectors = vectorsOf(
		"pinblock-errors",
		z.discriminatedUnion("op", [
			z.object({ op: z.literal("decode"), format, pinBlock: hex, pan: z.string().nullable() }),
			z.object({ op: z.literal("decipher"), key: hex, pinBlock: hex, pan: z.string() }),
			z.object({ op: z.literal("encode"), format, pin: z.string(), pan: z.string() }),
		]),
		z.object({ error: z.string() }),
	);

	function run(fields: (typeof vectors)[number]["in"]): unknown {
		if (fields.op === "decode") {
			return decodePinBlock(fields.pinBlock, originOf(fields.format, { pin: "", pan: fields.pan }));
		}
		if (fields.op === "decipher") {
			return decipherPinBlock4(clearAesKey(fields.key), fields.pinBlock, fields.pan);
		}
		return encodePinBlock(clearPin(fields.pin), originOf(fields.format, fields));
	}

	test.each(vectors)("$id: $out.error", ({ in: fields }) => {
		expect(codeOf(() => run(fields))).toMatch(/^(pin_block|pin|pan)_invalid$/);
	});

	test.each<{ why: string; origin: PinBlockOrigin; code: string }>([
		{ why: "a PAN of 12 digits", origin: { format: 0, pan: "123456789012" }, code: "pan_invalid" },
		{
			why: "a PAN of 20 digits",
			origin: { format: 3, pan: "1".repeat(20), fill: "A".repeat(10) },
			code: "pan_invalid",
		},
		{ why: "a PAN with a letter", origin: { format: 0, pan: "12345678901234A" }, code: "pan_invalid" },
		{ why: "too little fill", origin: { format: 1, fill: "012345678" }, code: "fill_invalid" },
		{ why: "fill that is not hex", origin: { format: 1, fill: "01234567XY" }, code: "fill_invalid" },
		{
			why: "a fill digit below A",
			origin: { format: 3, pan: "1".repeat(16), fill: "ABCDEFABC1" },
			code: "fill_invalid",
		},
	])("$why", ({ origin, code }) => {
		expect(codeOf(() => encodePinBlock(clearPin("1234"), origin))).toBe(code);
	});

	test.each(["", "123", "1234567890123", "12a4", "１２３４", " 1234"])("%j is no PIN", (text) => {
		expect(codeOf(() => clearPin(text))).toBe("pin_invalid");
	});

	test.each(["23123FFFFFFFFFFF", "20FFFFFFFFFFFFFF", "2D1234567890123F"])(
		"a block with the PIN length of %s",
		(block) => {
			expect(codeOf(() => decodePinBlock(fromHex(block), { format: 2 }))).toBe("pin_block_invalid");
		},
	);

	test("a block of another length", () => {
		const binding: PinBlockBinding = { format: 2 };
		expect(codeOf(() => decodePinBlock(fromHex("241234FFFFFFFF"), binding))).toBe("pin_block_invalid");
		expect(codeOf(() => decodePinBlock(fromHex("241234FFFFFFFFFFFF"), binding))).toBe("pin_block_invalid");
	});
});

test("errors show neither PIN nor PAN", () => {
	const refused = [
		() => clearPin("9876543210987"),
		() => encodePinBlock(clearPin("9876"), { format: 0, pan: "987654321098" }),
		() => decodePinBlock(fromHex("0F9876FFFFFFFFFF"), { format: 0, pan: "9876543210987654" }),
	];
	for (const run of refused) {
		expect(run).toThrow(/^(?!.*9876)/);
	}
	expect(toHex(encodePinBlock(clearPin("123456"), { format: 0, pan: "123456789012345678" }))).toBe("061253DFFEDCBA98");
});
