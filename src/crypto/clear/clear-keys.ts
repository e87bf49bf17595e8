import type { Bytes } from "../../wire/bytes.ts";
import { CryptoError } from "../crypto-error.ts";

declare const tdesKey: unique symbol;
declare const aesKey: unique symbol;

/** A clear DES or TDES key of 8, 16 (K1|K2) or 24 bytes (K1|K2|K3). Parity is not checked, see `parity.ts`. */
export type ClearTdesKey = Bytes & { readonly [tdesKey]: true };

/** A clear AES key of 16, 24 or 32 bytes. */
export type ClearAesKey = Bytes & { readonly [aesKey]: true };

/** A clear key, or a part of one, whose algorithm is said next to it. */
export type ClearKeyBytes = Bytes;

/**
 * These bytes as a clear TDES key; the same memory, not a copy.
 * @throws CryptoError `key_invalid` unless there are 8, 16 or 24 bytes
 */
export function clearTdesKey(bytes: Bytes): ClearTdesKey {
	if (!isTdesKey(bytes)) {
		throw new CryptoError("key_invalid", `a TDES key has 8, 16 or 24 bytes, got ${bytes.length}`);
	}
	return bytes;
}

/**
 * These bytes as a clear AES key; the same memory, not a copy.
 * @throws CryptoError `key_invalid` unless there are 16, 24 or 32 bytes
 */
export function clearAesKey(bytes: Bytes): ClearAesKey {
	if (!isAesKey(bytes)) {
		throw new CryptoError("key_invalid", `an AES key has 16, 24 or 32 bytes, got ${bytes.length}`);
	}
	return bytes;
}

/**
 * Uses secret bytes for one call and overwrites them with zeros afterwards, however the call ends.
 * The result of the call must not share their memory.
 */
export function usingSecret<Secret extends Uint8Array, Result>(
	secret: Secret,
	use: (secret: Secret) => Result,
): Result {
	try {
		return use(secret);
	} finally {
		secret.fill(0);
	}
}

function isTdesKey(bytes: Bytes): bytes is ClearTdesKey {
	return bytes.length === 8 || bytes.length === 16 || bytes.length === 24;
}

function isAesKey(bytes: Bytes): bytes is ClearAesKey {
	return bytes.length === 16 || bytes.length === 24 || bytes.length === 32;
}
