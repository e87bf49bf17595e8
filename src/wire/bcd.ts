import type { Cursor } from "./cursor.ts";

/** Which digits nibbles may stand for: 0 to 9, or 0 to 9 and A to F, `D` being the separator of magnetic tracks. */
type BcdDigits = "decimal" | "hexadecimal";

/** Where an odd number of digits leaves its spare nibble, and what is written there. */
export interface BcdLayout {
	readonly digits: BcdDigits;
	/** `left` puts the spare nibble behind the last digit, `right` in front of the first. */
	readonly align: "left" | "right";
	/** 0 to 15. On reading, the spare nibble may be anything: writers differ. */
	readonly filler: number;
}

/** Packed digits of one layout, two to a byte. Both directions move their cursors and say whether all digits were good. */
export interface Bcd {
	/** Writes the digits of `text`, one character each (ASCII where it is bytes). */
	pack(text: string | Uint8Array, output: Cursor): boolean;
	/** Reads `count` digits and writes them as ASCII. The input must be long enough. */
	unpack(input: Cursor, count: number, output: Cursor): boolean;
}

const bad = 0xff;
const alphabets: Readonly<Record<BcdDigits, string>> = { decimal: "0123456789", hexadecimal: "0123456789ABCDEF" };

/** ISO/IEC 7813 writes the separator of track 2 as `=`, which is the nibble D. */
const otherSpellings: Readonly<Record<BcdDigits, Readonly<Record<string, number>>>> = {
	decimal: {},
	hexadecimal: { a: 10, b: 11, c: 12, d: 13, e: 14, f: 15, "=": 13 },
};

/** Value of a digit by its character code; 0xFF for what is none. */
function nibblesByCode(digits: BcdDigits): Uint8Array {
	const nibbles = new Uint8Array(256).fill(bad);
	for (let value = 0; value < alphabets[digits].length; value++) {
		nibbles[alphabets[digits].charCodeAt(value)] = value;
	}
	for (const [spelling, value] of Object.entries(otherSpellings[digits])) {
		nibbles[spelling.charCodeAt(0)] = value;
	}
	return nibbles;
}

/** The two ASCII digits of a byte, first one high; 0xFFFF when a nibble is no digit. */
function digitsByByte(digits: BcdDigits): Uint16Array {
	return Uint16Array.from({ length: 256 }, (_, byte) => {
		const high = alphabets[digits].charCodeAt(byte >> 4);
		const low = alphabets[digits].charCodeAt(byte & 0x0f);
		return Number.isNaN(high) || Number.isNaN(low) ? 0xffff : (high << 8) | low;
	});
}

const nibbleTables = { decimal: nibblesByCode("decimal"), hexadecimal: nibblesByCode("hexadecimal") } as const;
const digitTables = { decimal: digitsByByte("decimal"), hexadecimal: digitsByByte("hexadecimal") } as const;

/** Bytes that so many digits take. */
export function bcdLength(count: number): number {
	return (count + 1) >> 1;
}

/** The packing of one layout, ready for use. */
export function compileBcd({ digits, align, filler }: BcdLayout): Bcd {
	const nibbles = nibbleTables[digits];
	const pairs = digitTables[digits];
	const right = align === "right";
	return {
		pack(text, output) {
			const { bytes } = output;
			const count = text.length;
			let { at } = output;
			let index = 0;
			let seen = 0;
			if (right && count % 2 === 1) {
				const only = nibbleAt(nibbles, text, index++);
				seen |= only;
				bytes[at++] = (filler << 4) | only;
			}
			for (; index + 1 < count; index += 2) {
				const high = nibbleAt(nibbles, text, index);
				const low = nibbleAt(nibbles, text, index + 1);
				seen |= high | low;
				bytes[at++] = (high << 4) | low;
			}
			if (index < count) {
				const only = nibbleAt(nibbles, text, index);
				seen |= only;
				bytes[at++] = (only << 4) | filler;
			}
			output.at = at;
			return seen < 0x10;
		},
		unpack(input, count, output) {
			const from = input.bytes;
			const to = output.bytes;
			let { at } = input;
			let next = output.at;
			let left = count;
			let seen = 0;
			if (right && count % 2 === 1) {
				const only = pairs[(from[at++] ?? bad) & 0x0f] ?? bad;
				seen |= only;
				to[next++] = only;
				left -= 1;
			}
			for (; left > 1; left -= 2) {
				const pair = pairs[from[at++] ?? bad] ?? bad;
				seen |= pair;
				to[next++] = pair >> 8;
				to[next++] = pair;
			}
			if (left === 1) {
				const only = pairs[(from[at++] ?? bad) >> 4] ?? bad;
				seen |= only;
				to[next++] = only;
			}
			input.at = at;
			output.at = next;
			return (seen & 0x80) === 0;
		},
	};
}

function nibbleAt(nibbles: Uint8Array, text: string | Uint8Array, index: number): number {
	const code = typeof text === "string" ? text.charCodeAt(index) : (text[index] ?? bad);
	return nibbles[code] ?? bad;
}
