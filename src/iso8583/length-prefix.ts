import type { Cursor } from "../wire/cursor.ts";
import type { MessageSpec } from "./message-spec.ts";

/** The length in front of a variable field: a positional number, most significant byte first. */
export interface LengthPrefix {
	/** Bytes it takes. */
	readonly bytes: number;
	/** Undefined when the bytes are no number. The input must be long enough. */
	read(input: Cursor): number | undefined;
	write(length: number, output: Cursor): void;
}

/** One byte of the number: what it counts for, and how it is written. */
interface Place {
	readonly base: number;
	/** By byte; `none` where the byte is no digit. */
	readonly values: Uint16Array;
	/** By value, `base` of them. */
	readonly bytes: Uint8Array;
}

const none = 0xffff;

const places: Readonly<Record<MessageSpec["lengths"], Place>> = {
	bcd: place(100, (value) => (Math.trunc(value / 10) << 4) | (value % 10)),
	ascii: place(10, (value) => 0x30 + value),
	binary: place(256, (value) => value),
};

/** LL and LLL: two or three ASCII digits, one or two bytes otherwise. */
export function compileLengthPrefix(digits: 2 | 3, encoding: MessageSpec["lengths"]): LengthPrefix {
	const { base, values, bytes } = places[encoding];
	const width = encoding === "ascii" ? digits : digits - 1;
	return {
		bytes: width,
		read(input) {
			let length = 0;
			for (let left = width; left > 0; left--) {
				const value = values[input.bytes[input.at++] ?? 0] ?? none;
				if (value === none) {
					return undefined;
				}
				length = length * base + value;
			}
			return length;
		},
		write(length, output) {
			let rest = length;
			for (let at = output.at + width - 1; at >= output.at; at--) {
				output.bytes[at] = bytes[rest % base] ?? 0;
				rest = Math.trunc(rest / base);
			}
			output.at += width;
		},
	};
}

function place(base: number, byteOf: (value: number) => number): Place {
	const bytes = Uint8Array.from({ length: base }, (_, value) => byteOf(value));
	const values = new Uint16Array(256).fill(none);
	for (const [value, byte] of bytes.entries()) {
		values[byte] = value;
	}
	return { base, values, bytes };
}
