import { describe, expect, test } from "vitest";
import { z } from "zod";
import { clearAesKey, clearTdesKey } from "../../../src/crypto/clear/clear-keys.ts";
import { cmacAes, cmacTdes } from "../../../src/crypto/clear/cmac.ts";
import { leftmost, macAlgorithm1Aes, macAlgorithm1Tdes, macAlgorithm3 } from "../../../src/crypto/clear/mac.ts";
import { pad } from "../../../src/crypto/clear/padding.ts";
import { codeOf } from "../code-of.ts";
import { hex, vectorsOf } from "../vectors.ts";

const padding = z.literal([1, 2, 3]);
const paddedData = z.object({ key: hex, data: hex, padding });
const mac = z.object({ mac: hex });

const paddingVectors = vectorsOf(
	"padding-iso9797",
	z.object({ method: padding, blockSize: z.literal([8, 16]), data: hex }),
	z.object({ padded: hex }),
);

test.each(paddingVectors)("$id", ({ in: { method, blockSize, data }, out }) => {
	expect(pad(method, blockSize, data)).toEqual(out.padded);
});

test.each(vectorsOf("mac-alg1-tdes", paddedData, mac))("$id", ({ in: { key, data, padding }, out }) => {
	expect(macAlgorithm1Tdes(clearTdesKey(key), data, padding)).toEqual(out.mac);
});

test.each(vectorsOf("mac-alg1-aes", paddedData, mac))("$id", ({ in: { key, data, padding }, out }) => {
	expect(macAlgorithm1Aes(clearAesKey(key), data, padding)).toEqual(out.mac);
});

test.each(vectorsOf("mac-retail", paddedData, mac))("$id", ({ in: { key, data, padding }, out }) => {
	expect(macAlgorithm3(clearTdesKey(key), data, padding)).toEqual(out.mac);
});

test.each(vectorsOf("cmac-aes", z.object({ key: hex, data: hex }), mac))("$id", ({ in: { key, data }, out }) => {
	expect(cmacAes(clearAesKey(key), data)).toEqual(out.mac);
});

test.each(vectorsOf("cmac-tdes", z.object({ key: hex, data: hex }), mac))("$id", ({ in: { key, data }, out }) => {
	expect(cmacTdes(clearTdesKey(key), data)).toEqual(out.mac);
});

test("the retail MAC takes a 16-byte key only", () => {
	expect(codeOf(() => macAlgorithm3(clearTdesKey(new Uint8Array(8)), new Uint8Array(8), 1))).toBe("key_invalid");
	expect(codeOf(() => macAlgorithm3(clearTdesKey(new Uint8Array(24)), new Uint8Array(8), 1))).toBe("key_invalid");
});

describe("leftmost", () => {
	const value = Uint8Array.of(1, 2, 3, 4);

	test("cuts", () => {
		expect(leftmost(value, 3)).toEqual(Uint8Array.of(1, 2, 3));
		expect(leftmost(value, 4)).toEqual(value);
	});

	test.each([0, 5, -1, 1.5, Number.NaN])("refuses %d of 4 bytes", (length) => {
		expect(codeOf(() => leftmost(value, length))).toBe("length_invalid");
	});
});
