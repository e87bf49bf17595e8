import { type Bytes, concatBytes, xorBytes } from "../../wire/bytes.ts";
import { aes } from "./aes.ts";
import type { BlockCipher } from "./block-cipher.ts";
import { type ClearAesKey, type ClearTdesKey, usingSecret } from "./clear-keys.ts";
import { pad } from "./padding.ts";
import { tdes } from "./tdes.ts";

/**
 * CMAC with AES: SP 800-38B, RFC 4493, ISO/IEC 9797-1 algorithm 5. Empty data is allowed.
 * @returns 16 bytes
 */
export function cmacAes(key: ClearAesKey, data: Uint8Array): Bytes {
	return cmac(aes(key), data);
}

/**
 * CMAC with TDES: SP 800-38B. Empty data is allowed.
 * @returns 8 bytes
 */
export function cmacTdes(key: ClearTdesKey, data: Uint8Array): Bytes {
	return cmac(tdes(key), data);
}

/**
 * CMAC with any block cipher: for a key that stays where it is, in a token for example.
 * @returns one block
 */
export function cmac(cipher: BlockCipher, data: Uint8Array): Bytes {
	const { blockSize } = cipher;
	const complete = data.length > 0 && data.length % blockSize === 0;
	const blocks = complete ? concatBytes(data) : pad(2, blockSize, data);
	return usingSecret(subkey(cipher, complete ? 1 : 2), (mask) => {
		blocks.set(xorBytes(blocks.subarray(-blockSize), mask), blocks.length - blockSize);
		return cipher.encipherCbc(new Uint8Array(blockSize), blocks).slice(-blockSize);
	});
}

/** Subkey K1 or K2: the enciphered zero block doubled once or twice in GF(2^b) (SP 800-38B clause 6.1). */
function subkey(cipher: BlockCipher, doublings: 1 | 2): Bytes {
	const block = cipher.encipherEcb(new Uint8Array(cipher.blockSize));
	const reduction = cipher.blockSize === 16 ? 0x87 : 0x1b;
	for (let doubling = 0; doubling < doublings; doubling++) {
		double(block, reduction);
	}
	return block;
}

function double(block: Bytes, reduction: number): void {
	let carry = 0;
	for (let index = block.length - 1; index >= 0; index--) {
		const shifted = ((block[index] ?? 0) << 1) | carry;
		block[index] = shifted;
		carry = shifted >> 8;
	}
	const last = block.length - 1;
	block[last] = (block[last] ?? 0) ^ (carry * reduction);
}
