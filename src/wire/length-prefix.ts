/** Writings of a frame's length: two bytes big-endian, four digits packed in two bytes, four ASCII digits. */
export const lengthNotations = ["be16", "bcd4", "ascii4"] as const;

export type LengthNotation = (typeof lengthNotations)[number];

/** A length as it stands before a frame. */
export interface LengthPrefix {
	/** Bytes it takes. */
	readonly bytes: number;
	/** The greatest length it can tell. */
	readonly greatest: number;
	/** The length told at `at`, where all its bytes are there; -1 when they are no digits. */
	read(buffer: Uint8Array, at: number): number;
	write(length: number, buffer: Uint8Array): void;
}

export const lengthPrefixes: Readonly<Record<LengthNotation, LengthPrefix>> = {
	be16: {
		bytes: 2,
		greatest: 0xffff,
		read: (buffer, at) => ((buffer[at] ?? 0) << 8) | (buffer[at + 1] ?? 0),
		write(length, buffer) {
			buffer[0] = length >> 8;
			buffer[1] = length & 0xff;
		},
	},
	bcd4: digitPrefix(2, 100, (pair) => (Math.trunc(pair / 10) << 4) | (pair % 10)),
	ascii4: digitPrefix(4, 10, (digit) => 0x30 + digit),
};

/** Decimal digits, most significant first: each byte stands for a number below `base`. */
function digitPrefix(bytes: number, base: number, byteOf: (value: number) => number): LengthPrefix {
	const values = new Int16Array(256).fill(-1);
	for (let value = 0; value < base; value++) {
		values[byteOf(value)] = value;
	}
	return {
		bytes,
		greatest: base ** bytes - 1,
		read(buffer, at) {
			let length = 0;
			for (let index = 0; index < bytes; index++) {
				const value = values[buffer[at + index] ?? 0] ?? -1;
				if (value < 0) {
					return -1;
				}
				length = length * base + value;
			}
			return length;
		},
		write(length, buffer) {
			let rest = length;
			for (let index = bytes - 1; index >= 0; index--) {
				buffer[index] = byteOf(rest % base);
				rest = Math.trunc(rest / base);
			}
		},
	};
}
