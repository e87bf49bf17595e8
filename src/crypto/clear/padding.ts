import { type Bytes, concatBytes } from "../../wire/bytes.ts";

/** Padding method of ISO/IEC 9797-1:2011 clause 6.3: 1 zeros, 2 a one bit and zeros, 3 a length block and zeros. */
export type PaddingMethod = 1 | 2 | 3;

/**
 * Pads to whole blocks of `blockSize` bytes.
 * Method 1 of empty data is one zero block: the standard asks for "as few as possible" but a MAC needs a block.
 */
export function pad(method: PaddingMethod, blockSize: 8 | 16, data: Uint8Array): Bytes {
	return paddings[method](blockSize, data);
}

type Padding = (blockSize: number, data: Uint8Array) => Bytes;

const paddings: Readonly<Record<PaddingMethod, Padding>> = {
	1: (blockSize, data) => concatBytes(data, zerosTo(blockSize, data.length)),
	2: (blockSize, data) => concatBytes(data, Uint8Array.of(0x80), zerosTo(blockSize, data.length + 1)),
	3: (blockSize, data) => concatBytes(bitLengthBlock(blockSize, data.length), data, zerosTo(blockSize, data.length)),
};

/** Zeros that fill up to whole blocks, a whole block of them when there is nothing yet. */
function zerosTo(blockSize: number, length: number): Bytes {
	const blocks = Math.max(1, Math.ceil(length / blockSize));
	return new Uint8Array(blocks * blockSize - length);
}

function bitLengthBlock(blockSize: number, length: number): Bytes {
	const block = new Uint8Array(blockSize);
	new DataView(block.buffer).setBigUint64(blockSize - 8, BigInt(length) * 8n);
	return block;
}
