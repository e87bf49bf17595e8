import type { Bytes } from "../wire/bytes.ts";
import type { Cursor } from "../wire/cursor.ts";
import { hasBit } from "./bitmap.ts";
import { messageFault } from "./message.ts";
import type { MessageSpec } from "./message-spec.ts";
import { compileValue } from "./value-codec.ts";

/** Message type indicator and bitmaps: what stands before the fields. */
export interface HeaderCodec {
	/** Most bytes it takes. */
	readonly maxWireBytes: number;
	/** Writes the four digits of the message type, then the first or both halves of the bitmap. */
	write(mti: string, bitmap: Bytes, output: Cursor): void;
	/** Adds the four digits to `plain` and sets all sixteen bytes of `bitmap`. */
	read(input: Cursor, bitmap: Uint8Array, plain: Cursor): void;
}

const half = 8;
const mtiLayout = { content: "n", align: "left", filler: 0 } as const;
const bitmapLayout = { content: "b", align: "left", filler: 0 } as const;

export function compileHeader(spec: MessageSpec): HeaderCodec {
	const mtiCodec = compileValue({ ...mtiLayout, encoding: spec.mti });
	const bits = compileValue({ ...bitmapLayout, encoding: spec.bitmap });
	const mtiBytes = mtiCodec.wireLength(4);
	const halfBytes = bits.wireLength(half);

	const readHalf = (input: Cursor, output: Cursor): void => {
		const offset = input.at;
		if (offset + halfBytes > input.bytes.length || !bits.read(input, half, output)) {
			throw messageFault("the bitmap is cut off or no hex text", { field: 1, name: "bitmap", offset });
		}
	};

	return {
		maxWireBytes: mtiBytes + 2 * halfBytes,
		write(mti, bitmap, output) {
			if (mti.length !== 4 || !mtiCodec.write(mti, output)) {
				throw mtiFault();
			}
			bits.write(hasBit(bitmap, 1) ? bitmap : bitmap.subarray(0, half), output);
		},
		read(input, bitmap, plain) {
			if (input.bytes.length < mtiBytes || !mtiCodec.read(input, 4, plain)) {
				throw mtiFault();
			}
			const output = { bytes: bitmap, at: 0 };
			readHalf(input, output);
			bitmap.fill(0, half);
			if (hasBit(bitmap, 1)) {
				if (spec.highestField === 64) {
					throw messageFault("bit 1 is set, the table has 64 fields", { field: 1, name: "bitmap", offset: mtiBytes });
				}
				readHalf(input, output);
			}
		},
	};
}

function mtiFault(): Error {
	return messageFault("the message type is not four digits", { field: 0, name: "message type", offset: 0 });
}
