import { type Bytes, xorBytes } from "../../wire/bytes.ts";
import { CryptoError } from "../crypto-error.ts";
import { aes } from "./aes.ts";
import type { BlockCipher } from "./block-cipher.ts";
import { type ClearAesKey, type ClearTdesKey, clearTdesKey, usingSecret } from "./clear-keys.ts";
import { type PaddingMethod, pad } from "./padding.ts";
import { tdes } from "./tdes.ts";

/**
 * CBC-MAC with DES or TDES: ISO/IEC 9797-1 algorithm 1. An 8-byte key with padding 1 is ANSI X9.9.
 * @returns 8 bytes; see `leftmost` for shorter ones
 */
export function macAlgorithm1Tdes(key: ClearTdesKey, data: Uint8Array, padding: PaddingMethod): Bytes {
	return macAlgorithm1(tdes(key), data, padding);
}

/**
 * CBC-MAC with AES: ISO/IEC 9797-1 algorithm 1. New hosts use CMAC.
 * @returns 16 bytes
 */
export function macAlgorithm1Aes(key: ClearAesKey, data: Uint8Array, padding: PaddingMethod): Bytes {
	return macAlgorithm1(aes(key), data, padding);
}

/**
 * Retail MAC: ISO/IEC 9797-1 algorithm 3 with DES, ANSI X9.19. CBC under K1, the last block once more under K2 and K1.
 * @returns 8 bytes
 * @throws CryptoError `key_invalid` unless the key has 16 bytes
 */
export function macAlgorithm3(key: ClearTdesKey, data: Uint8Array, padding: PaddingMethod): Bytes {
	if (key.length !== 16) {
		throw new CryptoError("key_invalid", `algorithm 3 takes a key of 16 bytes, got ${key.length}`);
	}
	const padded = pad(padding, 8, data);
	const head = padded.subarray(0, -8);
	const chained = usingSecret(clearTdesKey(key.slice(0, 8)), (k1) => lastChainingBlock(tdes(k1), head));
	// E1(D2(E1(x))) is TDES of x, so the last block needs one call instead of three.
	return tdes(key).encipherEcb(xorBytes(chained, padded.subarray(-8)));
}

/**
 * The leftmost `length` bytes of a MAC or check value (ISO/IEC 9797-1 clause 6.6).
 * @throws CryptoError `length_invalid` unless `length` is a whole number from 1 to the length of the value
 */
export function leftmost(value: Bytes, length: number): Bytes {
	if (!Number.isInteger(length) || length < 1 || length > value.length) {
		throw new CryptoError("length_invalid", `the length must be from 1 to ${value.length} bytes`);
	}
	return value.slice(0, length);
}

function macAlgorithm1(cipher: BlockCipher, data: Uint8Array, padding: PaddingMethod): Bytes {
	return lastChainingBlock(cipher, pad(padding, cipher.blockSize, data));
}

/** The last block of a CBC encipherment from IV 0; the IV itself when there is no block. */
function lastChainingBlock(cipher: BlockCipher, blocks: Uint8Array): Bytes {
	const iv = new Uint8Array(cipher.blockSize);
	return blocks.length === 0 ? iv : cipher.encipherCbc(iv, blocks).slice(-cipher.blockSize);
}
