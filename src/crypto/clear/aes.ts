import { createCipheriv } from "node:crypto";
import { type Bytes, concatBytes } from "../../wire/bytes.ts";
import { type BlockCipher, blockCipher } from "./block-cipher.ts";
import type { ClearAesKey } from "./clear-keys.ts";

/** AES (FIPS 197) under a clear key. */
export function aes(key: ClearAesKey): BlockCipher {
	const bits = key.length * 8;
	return blockCipher({ blockSize: 16, ecb: `aes-${bits}-ecb`, cbc: `aes-${bits}-cbc` }, (use) => use(key));
}

/** AES in counter mode (SP 800-38A): enciphers and deciphers any number of bytes from a 16-byte first counter block. */
export function aesCounterMode(key: ClearAesKey, firstCounter: Uint8Array, data: Uint8Array): Bytes {
	const cipher = createCipheriv(`aes-${key.length * 8}-ctr`, key, firstCounter);
	return concatBytes(cipher.update(data), cipher.final());
}
