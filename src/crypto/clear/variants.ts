import { CryptoError } from "../crypto-error.ts";
import { type ClearTdesKey, clearTdesKey } from "./clear-keys.ts";

/** First-byte masks of the Thales (Racal) LMK variants 1 to 9. */
const thalesMasks: Readonly<Record<number, number>> = {
	1: 0xa6,
	2: 0x5a,
	3: 0x6a,
	4: 0xde,
	5: 0x2b,
	6: 0x50,
	7: 0x74,
	8: 0x9c,
	9: 0xfa,
};

/**
 * Atalla (Futurex) variant of a clear TDES key: eight times the variant into the first byte of each 8-byte part.
 * @throws CryptoError `variant_invalid` unless the variant is a whole number from 0 to 31
 */
export function atallaVariant(key: ClearTdesKey, variant: number): ClearTdesKey {
	if (!Number.isInteger(variant) || variant < 0 || variant > 31) {
		throw new CryptoError("variant_invalid", "an Atalla variant is from 0 to 31");
	}
	return clearTdesKey(key.map((byte, index) => (index % 8 === 0 ? byte ^ (variant * 8) : byte)));
}

/**
 * Thales LMK variant of a clear TDES key: a mask into the first byte.
 * @throws CryptoError `variant_invalid` unless the variant is a whole number from 1 to 9
 */
export function thalesVariant(key: ClearTdesKey, variant: number): ClearTdesKey {
	const mask = thalesMasks[variant];
	if (mask === undefined) {
		throw new CryptoError("variant_invalid", "a Thales variant is from 1 to 9");
	}
	return clearTdesKey(key.map((byte, index) => (index === 0 ? byte ^ mask : byte)));
}
