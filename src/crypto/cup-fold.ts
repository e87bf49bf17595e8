import type { Bytes } from "../wire/bytes.ts";
import { CryptoError } from "./crypto-error.ts";

const blockLength = 8;

/**
 * First step of the UnionPay POS "ECB" MAC (Q/CUP 009): the exclusive-or of all 8-byte blocks, the last one filled
 * up with zeros. Holds no key: a PIN pad that computes this MAC takes these 8 bytes instead of the whole message.
 * @throws CryptoError `data_invalid` for empty data, which has no MAC
 */
export function foldCupEcb(data: Uint8Array): Bytes {
	if (data.length === 0) {
		throw new CryptoError("data_invalid", "an empty message has no MAC");
	}
	const folded = new Uint8Array(blockLength);
	for (const [index, byte] of data.entries()) {
		folded[index % blockLength] = (folded[index % blockLength] ?? 0) ^ byte;
	}
	return folded;
}
