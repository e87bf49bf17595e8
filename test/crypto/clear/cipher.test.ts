import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { aes, aesCounterMode } from "../../../src/crypto/clear/aes.ts";
import { clearAesKey, clearTdesKey, usingSecret } from "../../../src/crypto/clear/clear-keys.ts";
import { tdes } from "../../../src/crypto/clear/tdes.ts";
import { fromHex, toHex } from "../../../src/wire/hex.ts";
import { codeOf } from "../code-of.ts";

const fips197 = { key: "000102030405060708090A0B0C0D0E0F", plain: "00112233445566778899AABBCCDDEEFF" };

test("AES gives the examples of FIPS 197 appendix C", () => {
	const examples = [
		{ key: fips197.key, cipher: "69C4E0D86A7B0430D8CDB78070B4C55A" },
		{ key: `${fips197.key}1011121314151617`, cipher: "DDA97CA4864CDFE06EAF70A0EC0D7191" },
		{ key: `${fips197.key}101112131415161718191A1B1C1D1E1F`, cipher: "8EA2B7CA516745BFEAFC49904B496089" },
	];
	for (const { key, cipher } of examples) {
		expect(toHex(aes(clearAesKey(fromHex(key))).encipherEcb(fromHex(fips197.plain)))).toBe(cipher);
	}
});

test("AES counter mode gives the example of SP 800-38A F.5.1", () => {
	const key = clearAesKey(fromHex("2B7E151628AED2A6ABF7158809CF4F3C"));
	const counter = fromHex("F0F1F2F3F4F5F6F7F8F9FAFBFCFDFEFF");
	const enciphered = aesCounterMode(key, counter, fromHex("6BC1BEE22E409F96E93D7E117393172AAE2D8A"));
	expect(toHex(enciphered)).toBe("874D6191B620E3261BEF6864990DB6CE9806F6");
	expect(toHex(aesCounterMode(key, counter, enciphered))).toBe("6BC1BEE22E409F96E93D7E117393172AAE2D8A");
});

test("an 8-byte key is single DES, a 16-byte key is K1|K2|K1", () => {
	const block = fromHex("4E6F772069732074");
	const single = "0123456789ABCDEF";
	const double = `${single}FEDCBA9876543210`;
	const encipher = (key: string): string => toHex(tdes(clearTdesKey(fromHex(key))).encipherEcb(block));
	expect(encipher(single)).toBe("3FA40E8A984D4815");
	expect(encipher(single + single + single)).toBe(encipher(single));
	expect(encipher(double + single)).toBe(encipher(double));
});

const ciphers = [
	{ name: "TDES", keyLengths: [8, 16, 24], open: (key: Uint8Array<ArrayBuffer>) => tdes(clearTdesKey(key)) },
	{ name: "AES", keyLengths: [16, 24, 32], open: (key: Uint8Array<ArrayBuffer>) => aes(clearAesKey(key)) },
];

describe.each(ciphers)("$name", ({ keyLengths, open }) => {
	const cases = fc
		.constantFrom(...keyLengths)
		.chain((length) => fc.tuple(fc.uint8Array({ minLength: length, maxLength: length }), fc.nat(4)))
		.chain(([key, blocks]) => {
			const cipher = open(Uint8Array.from(key));
			const length = blocks * cipher.blockSize;
			const data = fc.uint8Array({ minLength: length, maxLength: length });
			const iv = fc.uint8Array({ minLength: cipher.blockSize, maxLength: cipher.blockSize });
			return fc.record({ cipher: fc.constant(cipher), data, iv });
		});

	test("deciphers what it enciphered, in both modes", () => {
		fc.assert(
			fc.property(cases, ({ cipher, data, iv }) => {
				expect(toHex(cipher.decipherEcb(cipher.encipherEcb(data)))).toBe(toHex(data));
				expect(toHex(cipher.decipherCbc(iv, cipher.encipherCbc(iv, data)))).toBe(toHex(data));
			}),
			{ numRuns: 10_000 },
		);
	});

	test("CBC is ECB over data xor the last block", () => {
		const cipher = open(new Uint8Array(16).fill(1));
		const zeros = new Uint8Array(cipher.blockSize);
		const once = cipher.encipherEcb(zeros);
		expect(cipher.encipherCbc(zeros, new Uint8Array(2 * cipher.blockSize)).slice(cipher.blockSize)).toEqual(
			cipher.encipherEcb(once),
		);
	});

	test("refuses broken blocks, another IV length and other key lengths", () => {
		const cipher = open(new Uint8Array(16));
		const block = new Uint8Array(cipher.blockSize);
		expect(codeOf(() => cipher.encipherEcb(block.slice(1)))).toBe("data_invalid");
		expect(codeOf(() => cipher.decipherCbc(block, block.slice(1)))).toBe("data_invalid");
		expect(codeOf(() => cipher.encipherCbc(block.slice(1), block))).toBe("data_invalid");
		expect(codeOf(() => open(new Uint8Array(7)))).toBe("key_invalid");
		expect(codeOf(() => open(new Uint8Array(33)))).toBe("key_invalid");
	});
});

test("ciphering leaves the caller's key as it was", () => {
	const key = clearTdesKey(new Uint8Array(24).fill(0x5b));
	tdes(key).encipherEcb(new Uint8Array(8));
	expect(key).toEqual(new Uint8Array(24).fill(0x5b));
});

test("usingSecret wipes the secret, also when the use fails", () => {
	const secret = Uint8Array.of(1, 2, 3);
	expect(usingSecret(secret, (bytes) => bytes.length)).toBe(3);
	expect(secret).toEqual(new Uint8Array(3));
	const other = Uint8Array.of(4);
	expect(() =>
		usingSecret(other, () => {
			throw new RangeError("no");
		}),
	).toThrow("no");
	expect(other).toEqual(new Uint8Array(1));
});
