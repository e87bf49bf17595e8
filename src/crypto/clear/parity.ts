import { type ClearTdesKey, clearTdesKey } from "./clear-keys.ts";

/** A copy of a clear DES key with the lowest bit of each byte set for odd parity (FIPS 46-3). Never for AES or HMAC. */
export function withOddParity(key: ClearTdesKey): ClearTdesKey {
	return clearTdesKey(key.map((byte) => (isOdd(byte) ? byte : byte ^ 1)));
}

/** True when each byte of a clear DES key has odd parity; strict terminals refuse others. */
export function hasOddParity(key: ClearTdesKey): boolean {
	return key.every(isOdd);
}

function isOdd(byte: number): boolean {
	const folded = byte ^ (byte >> 4);
	return ((0x6996 >> (folded & 0x0f)) & 1) === 1;
}
