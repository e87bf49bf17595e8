import { bcdLength, compileBcd } from "../wire/bcd.ts";
import type { Cursor } from "../wire/cursor.ts";
import type { FieldValue } from "./message.ts";
import type { FieldSpec } from "./message-spec.ts";

/**
 * How values of one kind lie on the wire. A value has units: digits, characters, or bytes; each is one character of text
 * or one byte. Both directions move their cursors and say whether all units were good; there must be room.
 */
export interface ValueCodec {
	/** Bytes on the wire of so many units. */
	wireLength(units: number): number;
	/** Units in so many bytes on the wire; undefined when no value takes just these. */
	unitsIn(wireBytes: number): number | undefined;
	write(value: FieldValue, output: Cursor): boolean;
	read(input: Cursor, units: number, output: Cursor): boolean;
}

interface ValueLayout {
	readonly content: FieldSpec["content"];
	readonly encoding: "bcd" | "ascii" | "binary" | "hex";
	readonly align: "left" | "right";
	readonly filler: number;
}

const bad = 0x100;
const hexByte = compileBcd({ digits: "hexadecimal", align: "left", filler: 0 });

/** The codec of a layout. */
export function compileValue({ content, encoding, align, filler }: ValueLayout): ValueCodec {
	switch (encoding) {
		case "bcd":
			return bcdValue(content === "z" ? "hexadecimal" : "decimal", align, filler);
		case "hex":
			return hexValue;
		case "ascii":
		case "binary":
			return mapped(content === "n" ? decimal : content === "z" ? track : anything);
	}
}

const decimal: Translation = { toWire: codes("0123456789", "0123456789"), fromWire: codes("0123456789", "0123456789") };
/** The separator is `D` in values and `=` in ASCII, either is understood. Enciphered tracks hold every hex digit. */
const track: Translation = {
	toWire: codes("0123456789ABCDEF=", "0123456789ABC=EF="),
	fromWire: codes("0123456789ABCDEF=", "0123456789ABCDEFD"),
};
/** Hosts put characters into `an` fields that do not belong there; to refuse them would be to lose an approval. */
const anything: Translation = { toWire: everyByte(), fromWire: everyByte() };

interface Translation {
	/** By character code of the value; `bad` for what must not be. */
	readonly toWire: Uint16Array;
	readonly fromWire: Uint16Array;
}

/** One byte a unit. */
function mapped({ toWire, fromWire }: Translation): ValueCodec {
	return {
		wireLength: (units) => units,
		unitsIn: (wireBytes) => wireBytes,
		write: (value, output) => translate(toWire, value, output),
		read(input, units, output) {
			const from = input.bytes;
			const to = output.bytes;
			const start = input.at;
			const shift = output.at - start;
			const end = start + units;
			let seen = 0;
			for (let at = start; at < end; at++) {
				const code = fromWire[from[at] ?? 0] ?? bad;
				seen |= code;
				to[at + shift] = code;
			}
			input.at = end;
			output.at += units;
			return seen < bad;
		},
	};
}

function translate(table: Uint16Array, value: FieldValue, output: Cursor): boolean {
	const to = output.bytes;
	const units = value.length;
	const start = output.at;
	let seen = 0;
	if (typeof value === "string") {
		for (let index = 0; index < units; index++) {
			const code = table[value.charCodeAt(index)] ?? bad;
			seen |= code;
			to[start + index] = code;
		}
	} else {
		for (let index = 0; index < units; index++) {
			const code = table[value[index] ?? 0] ?? bad;
			seen |= code;
			to[start + index] = code;
		}
	}
	output.at = start + units;
	return seen < bad;
}

function bcdValue(digits: "decimal" | "hexadecimal", align: "left" | "right", filler: number): ValueCodec {
	const bcd = compileBcd({ digits, align, filler });
	return {
		wireLength: bcdLength,
		unitsIn: (wireBytes) => wireBytes * 2,
		write: (value, output) => bcd.pack(value, output),
		read: (input, units, output) => bcd.unpack(input, units, output),
	};
}

/** Bytes as hex text, upper case. */
const hexValue: ValueCodec = {
	wireLength: (units) => units * 2,
	unitsIn: (wireBytes) => (wireBytes % 2 === 0 ? wireBytes / 2 : undefined),
	write(value, output) {
		if (typeof value !== "string") {
			return hexByte.unpack({ bytes: value, at: 0 }, value.length * 2, output);
		}
		const units = { bytes: new Uint8Array(value.length), at: 0 };
		const good = translate(anything.toWire, value, units);
		units.at = 0;
		hexByte.unpack(units, value.length * 2, output);
		units.bytes.fill(0);
		return good;
	},
	read(input, units, output) {
		const text = input.bytes.subarray(input.at, input.at + units * 2);
		input.at += units * 2;
		return !text.includes(0x3d) && hexByte.pack(text, output);
	},
};

function codes(from: string, to: string): Uint16Array {
	const table = new Uint16Array(256).fill(bad);
	for (let index = 0; index < from.length; index++) {
		table[from.charCodeAt(index)] = to.charCodeAt(index);
	}
	return table;
}

function everyByte(): Uint16Array {
	return Uint16Array.from({ length: 256 }, (_, code) => code);
}
