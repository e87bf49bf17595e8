import { type Cipheriv, createCipheriv, createDecipheriv, type Decipheriv } from "node:crypto";
import { type Bytes, concatBytes } from "../../wire/bytes.ts";
import { CryptoError } from "../crypto-error.ts";

/**
 * A block cipher with its clear key inside: all that PIN blocks, MACs and key blocks need to know about TDES or AES.
 * Data must be whole blocks (none is allowed); the IV is one block. Nothing is padded.
 * @throws CryptoError `data_invalid` from each function for a length that does not fit
 */
export interface BlockCipher {
	/** In bytes. */
	readonly blockSize: 8 | 16;
	encipherEcb(data: Uint8Array): Bytes;
	decipherEcb(data: Uint8Array): Bytes;
	encipherCbc(iv: Uint8Array, data: Uint8Array): Bytes;
	decipherCbc(iv: Uint8Array, data: Uint8Array): Bytes;
}

interface CipherNames {
	readonly blockSize: 8 | 16;
	/** OpenSSL's names of the modes. */
	readonly ecb: string;
	readonly cbc: string;
}

/**
 * A block cipher over OpenSSL. `withKey` lends the key in the length OpenSSL wants and may wipe its copy afterwards:
 * no cipher object outlives a call, so no key schedule stays in native memory.
 */
export function blockCipher(names: CipherNames, withKey: (use: (key: Uint8Array) => Bytes) => Bytes): BlockCipher {
	const { blockSize, ecb, cbc } = names;
	const ivOf = (iv: Uint8Array): Uint8Array => requireIv(iv, blockSize);
	const run = (data: Uint8Array, open: (key: Uint8Array) => Cipheriv | Decipheriv): Bytes => {
		requireWholeBlocks(data, blockSize);
		return withKey((key) => {
			const cipher = open(key).setAutoPadding(false);
			return concatBytes(cipher.update(data), cipher.final());
		});
	};
	return {
		blockSize,
		encipherEcb: (data) => run(data, (key) => createCipheriv(ecb, key, null)),
		decipherEcb: (data) => run(data, (key) => createDecipheriv(ecb, key, null)),
		encipherCbc: (iv, data) => run(data, (key) => createCipheriv(cbc, key, ivOf(iv))),
		decipherCbc: (iv, data) => run(data, (key) => createDecipheriv(cbc, key, ivOf(iv))),
	};
}

function requireWholeBlocks(data: Uint8Array, blockSize: number): void {
	if (data.length % blockSize !== 0) {
		throw new CryptoError("data_invalid", `data must be whole blocks of ${blockSize} bytes, got ${data.length} bytes`);
	}
}

function requireIv(iv: Uint8Array, blockSize: number): Uint8Array {
	if (iv.length !== blockSize) {
		throw new CryptoError("data_invalid", `the IV must be ${blockSize} bytes, got ${iv.length}`);
	}
	return iv;
}
