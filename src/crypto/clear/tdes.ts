import { concatBytes } from "../../wire/bytes.ts";
import { type BlockCipher, blockCipher } from "./block-cipher.ts";
import { type ClearTdesKey, usingSecret } from "./clear-keys.ts";

/**
 * TDES (SP 800-67) under a clear key; with 8 bytes it is single DES (K|K|K).
 * OpenSSL 3 has no single DES, and its `des-ede3` takes 24 bytes only: shorter keys are written out.
 */
export function tdes(key: ClearTdesKey): BlockCipher {
	return blockCipher({ blockSize: 8, ecb: "des-ede3-ecb", cbc: "des-ede3-cbc" }, (use) =>
		usingSecret(tripleLength(key), use),
	);
}

function tripleLength(key: ClearTdesKey): Uint8Array {
	switch (key.length) {
		case 8:
			return concatBytes(key, key, key);
		case 16:
			return concatBytes(key, key.subarray(0, 8));
		default:
			return concatBytes(key);
	}
}
