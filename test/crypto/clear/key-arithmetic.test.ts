import { describe, expect, test } from "vitest";
import { z } from "zod";
import { clearTdesKey } from "../../../src/crypto/clear/clear-keys.ts";
import { cmacTdes } from "../../../src/crypto/clear/cmac.ts";
import { combineComponents } from "../../../src/crypto/clear/components.ts";
import { kcv } from "../../../src/crypto/clear/kcv.ts";
import { hasOddParity, withOddParity } from "../../../src/crypto/clear/parity.ts";
import { atallaVariant, thalesVariant } from "../../../src/crypto/clear/variants.ts";
import { fromHex, toHex } from "../../../src/wire/hex.ts";
import { codeOf } from "../code-of.ts";
import { hex, vectorsOf } from "../vectors.ts";

const algorithm = z.enum(["TDES", "AES"]);
const method = z.enum(["ecb-zeros", "cmac"]);

function kcvOfKey(algorithm: "TDES" | "AES", key: Uint8Array<ArrayBuffer>): string {
	return toHex(kcv(algorithm, key, { method: algorithm === "AES" ? "cmac" : "ecb-zeros", length: 3 }).value);
}

describe("check values", () => {
	const vectors = vectorsOf(
		"kcv",
		z.object({ algorithm, key: hex, method }),
		z.record(z.string().regex(/^kcv\d+$/), z.string()),
	);

	test.each(vectors)("$id", ({ in: { algorithm, key, method }, out }) => {
		for (const [name, value] of Object.entries(out)) {
			const length = Number(name.slice(3));
			expect(kcv(algorithm, key, { method, length })).toEqual({ method, length, value: fromHex(value) });
		}
	});

	test("a TDES key may be checked by CMAC, of one zero block", () => {
		const key = fromHex("0123456789ABCDEF23456789ABCDEF01");
		const { value } = kcv("TDES", key, { method: "cmac", length: 8 });
		expect(value).toEqual(cmacTdes(clearTdesKey(key), new Uint8Array(8)));
	});

	test("refuses lengths outside the block and keys of another algorithm", () => {
		const key = new Uint8Array(16);
		expect(codeOf(() => kcv("TDES", key, { method: "ecb-zeros", length: 9 }))).toBe("length_invalid");
		expect(codeOf(() => kcv("AES", key, { method: "cmac", length: 0 }))).toBe("length_invalid");
		expect(codeOf(() => kcv("AES", new Uint8Array(8), { method: "cmac", length: 3 }))).toBe("key_invalid");
		expect(codeOf(() => kcv("TDES", new Uint8Array(32), { method: "cmac", length: 3 }))).toBe("key_invalid");
	});
});

describe("components", () => {
	const vectors = vectorsOf(
		"key-components",
		z.object({ algorithm, components: z.array(hex) }),
		z.object({ key: hex, keyOddParity: hex.nullable(), componentKcvs: z.array(z.string()), keyKcv: z.string() }),
	);

	test.each(vectors)("$id", ({ in: { algorithm, components }, out }) => {
		const kcvOf = (bytes: Uint8Array<ArrayBuffer>): string => kcvOfKey(algorithm, bytes);
		const key = combineComponents(components);
		expect(key).toEqual(out.key);
		expect(components.map(kcvOf)).toEqual(out.componentKcvs);
		expect(kcvOf(key)).toBe(out.keyKcv);
	});

	test.each(vectors.filter((vector) => vector.in.algorithm === "TDES"))("$id with odd parity", ({ in: input, out }) => {
		const adjusted = withOddParity(clearTdesKey(combineComponents(input.components)));
		expect(adjusted).toEqual(out.keyOddParity);
		expect(kcvOfKey("TDES", adjusted)).toBe(out.keyKcv);
	});

	test("are two or more, of one length, and not empty", () => {
		const component = new Uint8Array(16);
		for (const components of [[], [component], [component, component.slice(1)], [fromHex(""), fromHex("")]]) {
			expect(codeOf(() => combineComponents(components))).toBe("components_invalid");
		}
	});
});

describe("parity", () => {
	const vectors = vectorsOf("key-parity", z.object({ key: hex }), z.object({ adjusted: hex, wasOdd: z.boolean() }));

	test.each(vectors)("$id", ({ in: { key }, out }) => {
		expect(hasOddParity(clearTdesKey(key))).toBe(out.wasOdd);
		expect(withOddParity(clearTdesKey(key))).toEqual(out.adjusted);
		expect(hasOddParity(withOddParity(clearTdesKey(key)))).toBe(true);
	});

	test("every byte value has one odd neighbour", () => {
		for (let byte = 0; byte <= 0xff; byte++) {
			const adjusted = withOddParity(clearTdesKey(new Uint8Array(8).fill(byte)));
			const bits = (adjusted[0] ?? 0).toString(2).replaceAll("0", "");
			expect(bits.length % 2).toBe(1);
			expect((adjusted[0] ?? 0) >> 1).toBe(byte >> 1);
		}
	});
});

describe("variants", () => {
	const masked = z.object({ scheme: z.string(), key: hex, variant: z.number().optional() });
	const vectors = vectorsOf("key-variants", masked, z.object({ key: hex.optional() }));

	test.each(vectors.filter((vector) => vector.in.scheme.startsWith("atalla")))("$id", ({ in: input, out }) => {
		expect(atallaVariant(clearTdesKey(input.key), input.variant ?? 0)).toEqual(out.key);
	});

	test.each(vectors.filter((vector) => vector.in.scheme.startsWith("thales")))("$id", ({ in: input, out }) => {
		expect(thalesVariant(clearTdesKey(input.key), input.variant ?? 0)).toEqual(out.key);
	});

	test("of Thales are nine masks on the first byte", () => {
		const masks = [1, 2, 3, 4, 5, 6, 7, 8, 9].map((variant) => {
			const [first, ...rest] = thalesVariant(clearTdesKey(new Uint8Array(16)), variant);
			expect(rest).toEqual(Array.from(new Uint8Array(15)));
			return first;
		});
		expect(masks).toEqual([0xa6, 0x5a, 0x6a, 0xde, 0x2b, 0x50, 0x74, 0x9c, 0xfa]);
	});

	test("outside their range are refused", () => {
		const key = clearTdesKey(new Uint8Array(16));
		for (const variant of [-1, 32, 1.5, Number.NaN]) {
			expect(codeOf(() => atallaVariant(key, variant))).toBe("variant_invalid");
		}
		for (const variant of [0, 10, 1.5]) {
			expect(codeOf(() => thalesVariant(key, variant))).toBe("variant_invalid");
		}
	});
});
