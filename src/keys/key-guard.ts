import { type ClearKeyBytes, clearTdesKey, usingSecret } from "../crypto/clear/clear-keys.ts";
import { withOddParity } from "../crypto/clear/parity.ts";
import { sha256 } from "../crypto/digest.ts";
import { Fault } from "../kernel/fault.ts";
import { concatBytes, equalBytes, latin1 } from "../wire/bytes.ts";
import { toHex } from "../wire/hex.ts";
import { type KeyAlgorithm, keyAlgorithms } from "./key-kind.ts";
import { publishedTestKeys } from "./published-test-keys.ts";
import type { KeyPurpose } from "./vault/key-store.ts";

/**
 * Looks at a clear key before it is taken in or loaded.
 * @throws Fault `key_weak` for a TDES key with equal parts or a key of one byte only; `test_key_refused` for a published
 * test key where production keys belong
 */
export function requireUsableKey(algorithm: KeyAlgorithm, key: ClearKeyBytes, purpose: KeyPurpose): void {
	if (isWeak(algorithm, key)) {
		throw new Fault("key_weak", {
			detail: "The parts of the key are the same: it protects no more than a shorter one",
		});
	}
	if (purpose === "production" && publishedTestKeys.has(testKeyHash(key))) {
		throw new Fault("test_key_refused");
	}
}

/**
 * How the table of published test keys names a key: 10 bytes of SHA-256, as hex, over the key with the parity bits set as
 * in DES, so that a change of parity, or of cipher, does not hide it.
 */
export function testKeyHash(key: ClearKeyBytes): string {
	const parts = key.slice();
	return usingSecret(parts, () => {
		for (let at = 0; at < parts.length; at += 8) {
			usingSecret(withOddParity(clearTdesKey(parts.slice(at, at + 8))), (part) => parts.set(part, at));
		}
		return toHex(sha256(latin1("published test key"), parts).subarray(0, 10));
	});
}

function isWeak(algorithm: KeyAlgorithm, key: ClearKeyBytes): boolean {
	return keyAlgorithms[algorithm].cipher === "TDES"
		? usingSecret(withOddParity(clearTdesKey(key.slice())), hasEqualParts)
		: key.every((byte) => byte === key[0]);
}

function hasEqualParts(key: ClearKeyBytes): boolean {
	return usingSecret(concatBytes(key), (copy) => {
		const parts = Array.from({ length: copy.length / 8 }, (_, index) => copy.subarray(8 * index, 8 * index + 8));
		return parts.some((part, index) => parts.slice(index + 1).some((other) => equalBytes(part, other)));
	});
}
