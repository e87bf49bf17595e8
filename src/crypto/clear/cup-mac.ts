import { latin1, xorBytes } from "../../wire/bytes.ts";
import { toHex } from "../../wire/hex.ts";
import { foldCupEcb } from "../cup-fold.ts";
import type { ClearTdesKey } from "./clear-keys.ts";
import { tdes } from "./tdes.ts";

/**
 * UnionPay POS "ECB" MAC (Q/CUP 009). The folded block becomes upper-case hex text, whose halves are enciphered in turn.
 * With the usual 8-byte MAK the cipher is single DES; with 16 or 24 bytes both encipherments are TDES.
 * @returns the 16 hex digits of the last encipherment; field 64 carries the first 8 of them as ASCII characters
 * @throws CryptoError `data_invalid` for empty data
 */
export function cupMac(mak: ClearTdesKey, data: Uint8Array): string {
	const text = latin1(toHex(foldCupEcb(data)));
	const cipher = tdes(mak);
	const first = cipher.encipherEcb(text.subarray(0, 8));
	return toHex(cipher.encipherEcb(xorBytes(first, text.subarray(8))));
}
