import { type Bytes, latin1 } from "./bytes.ts";

const zero = 0x30;

/** For each byte: 1 when both nibbles are decimal digits. */
export const isBcdByte: Uint8Array = Uint8Array.from({ length: 256 }, (_, byte) =>
	byte >> 4 < 10 && (byte & 0x0f) < 10 ? 1 : 0,
);

/** Value of a hex digit by its character code; 0xFF for anything else. `=` counts as D, as on magnetic tracks. */
export const nibbleOfCode: Uint8Array = Uint8Array.from({ length: 256 }, (_, code) => {
	const character = String.fromCharCode(code);
	return character === "=" ? 0x0d : /[0-9A-Fa-f]/.test(character) ? Number.parseInt(character, 16) : 0xff;
});

const hexCode = latin1("0123456789ABCDEF");

/** The nibbles of these bytes as ASCII characters, from nibble `first` on, `count` of them. */
export function nibblesToAscii(bytes: Uint8Array, first: number, count: number): Bytes {
	const text = new Uint8Array(count);
	for (let index = 0; index < count; index++) {
		const nibble = first + index;
		const byte = bytes[nibble >> 1] ?? 0;
		text[index] = hexCode[(nibble & 1) === 0 ? byte >> 4 : byte & 0x0f] ?? zero;
	}
	return text;
}

/**
 * Packs decimal digits, two to a byte; an odd number is filled with a zero in front.
 * @throws RangeError when a character is not a digit
 */
export function digitsToBcd(digits: string): Bytes {
	if (!/^\d*$/.test(digits)) {
		throw new RangeError("expected decimal digits");
	}
	return Uint8Array.from(Buffer.from(digits.length % 2 === 0 ? digits : `0${digits}`, "hex"));
}
