import * as fc from "fast-check";
import { expect, test } from "vitest";
import { open, seal } from "../../src/crypto/seal.ts";
import { latin1 } from "../../src/wire/bytes.ts";
import { codeOf } from "./code-of.ts";

const key = new Uint8Array(32).fill(7);
const otherKey = new Uint8Array(32).fill(8);
const secret = latin1("a secret");
const place = latin1("journal/7");

test("opens what it sealed", () => {
	fc.assert(
		fc.property(fc.uint8Array({ maxLength: 64 }), fc.uint8Array({ maxLength: 16 }), (plaintext, associatedData) => {
			const [data, aad] = [Uint8Array.from(plaintext), Uint8Array.from(associatedData)];
			expect(open(key, seal(key, data, aad), aad)).toEqual(data);
		}),
		{ numRuns: 10_000 },
	);
});

test("has a version, a nonce and a tag around the ciphertext, and never the same nonce", () => {
	const sealed = seal(key, secret, place);
	expect(sealed[0]).toBe(1);
	expect(sealed).toHaveLength(1 + 12 + secret.length + 16);
	expect(seal(key, secret, place)).not.toEqual(sealed);
});

test("gives one error for every way not to verify", () => {
	const sealed = seal(key, secret, place);
	const changed = Array.from(sealed, (byte, index) => sealed.with(index, byte ^ 0x80));
	const cut = Array.from(sealed, (_, length) => sealed.slice(0, length));
	const failures = [
		...[...changed, ...cut].map((bytes) => () => open(key, bytes, place)),
		() => open(otherKey, sealed, place),
		() => open(key, sealed, latin1("journal/8")),
	];
	for (const failure of failures) {
		expect(failure).toThrow("the sealed secret does not verify");
		expect(codeOf(failure)).toBe("seal_unverified");
	}
});

test("refuses a key of another length", () => {
	expect(codeOf(() => seal(key.slice(1), secret, place))).toBe("key_invalid");
	expect(codeOf(() => open(key.slice(1), secret, place))).toBe("key_invalid");
});
