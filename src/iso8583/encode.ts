import { nibbleOfCode } from "../wire/bcd.ts";
import { type Bytes, concatBytes, latin1 } from "../wire/bytes.ts";
import { toHex } from "../wire/hex.ts";
import type { Unsealed } from "./codec.ts";
import { firstNibble, wireLength } from "./field-codec.ts";
import { type Slot, slotsOf } from "./layout.ts";
import { type FieldValue, type Message, messageFault } from "./message.ts";
import type { MessageSpec } from "./message-spec.ts";

/** Where the next byte goes. */
interface Output {
	readonly bytes: Uint8Array;
	at: number;
}

const hexDigits = Uint8Array.from("0123456789ABCDEF", (digit) => digit.charCodeAt(0));
const space = 0x20;
const zero = 0x30;

export function compileEncoder(spec: MessageSpec): {
	encode(message: Message): Bytes;
	encodeUnsealed(message: Message): Unsealed;
} {
	const slots = slotsOf(spec);
	const macSlot = slots[spec.macField];
	const room = slots.reduce((total, slot) => total + (slot === undefined ? 0 : 3 + slot.maximum * 2), 4 + 32);
	const buffer = new Uint8Array(room);

	const write = (message: Message, sealed: boolean): Bytes => {
		const output: Output = { bytes: buffer, at: 0 };
		writeMti(output, spec, message.mti);
		const bitmap = bitmapOf(spec, message, sealed);
		writeBitmap(output, spec, bitmap);
		let written = 0;
		for (let field = 2; field <= spec.highestField; field++) {
			const value = message.fields[field];
			if (value !== undefined) {
				written += 1;
				if (sealed || field !== spec.macField) {
					writeField(output, { slot: slots[field], field, value, lengths: spec.lengths });
				}
			}
		}
		if (written !== Object.keys(message.fields).length) {
			throw messageFault("a field number is out of range", { field: 0, name: "message", offset: 0 });
		}
		const bytes = Uint8Array.from(buffer.subarray(0, output.at));
		buffer.fill(0, 0, output.at);
		return bytes;
	};

	return {
		encode: (message) => write(message, true),
		encodeUnsealed(message) {
			const macInput = write(message, false);
			return {
				macInput,
				seal(mac) {
					if (macSlot === undefined || mac.length !== 8) {
						throw messageFault("a MAC has eight bytes", { field: spec.macField, name: "MAC", offset: macInput.length });
					}
					return concatBytes(macInput, macSlot.spec.encoding === "hex" ? latin1(toHex(mac)) : mac);
				},
			};
		},
	};
}

function writeMti(output: Output, spec: MessageSpec, mti: string): void {
	if (!/^\d{4}$/.test(mti)) {
		throw messageFault("the message type is not four digits", { field: 0, name: "message type", offset: 0 });
	}
	if (spec.mti === "bcd") {
		output.bytes[0] = Number.parseInt(mti.slice(0, 2), 16);
		output.bytes[1] = Number.parseInt(mti.slice(2), 16);
		output.at = 2;
		return;
	}
	for (let index = 0; index < 4; index++) {
		output.bytes[index] = mti.charCodeAt(index);
	}
	output.at = 4;
}

function bitmapOf(spec: MessageSpec, message: Message, sealed: boolean): Uint8Array {
	const bitmap = new Uint8Array(16);
	const set = (bit: number): void => {
		bitmap[bit >> 3] = (bitmap[bit >> 3] ?? 0) | (0x80 >> (bit & 7));
	};
	for (let field = 2; field <= spec.highestField; field++) {
		if (message.fields[field] !== undefined || (!sealed && field === spec.macField)) {
			set(field - 1);
			if (field > 64) {
				set(0);
			}
		}
	}
	return bitmap;
}

function writeBitmap(output: Output, spec: MessageSpec, bitmap: Uint8Array): void {
	const length = ((bitmap[0] ?? 0) & 0x80) === 0 ? 8 : 16;
	for (let index = 0; index < length; index++) {
		const byte = bitmap[index] ?? 0;
		if (spec.bitmap === "binary") {
			output.bytes[output.at++] = byte;
		} else {
			output.bytes[output.at++] = hexDigits[byte >> 4] ?? zero;
			output.bytes[output.at++] = hexDigits[byte & 15] ?? zero;
		}
	}
}

interface Entry {
	readonly slot: Slot | undefined;
	readonly field: number;
	readonly value: FieldValue;
	readonly lengths: MessageSpec["lengths"];
}

function writeField(output: Output, { slot, field, value, lengths }: Entry): void {
	if (slot === undefined) {
		throw messageFault("the field is not in the table", { field, name: "unknown", offset: output.at });
	}
	const where = { field, name: slot.spec.name, offset: output.at };
	if (value.length > slot.maximum) {
		throw messageFault(`${value.length} is longer than ${slot.maximum}`, where);
	}
	const units = slot.prefixDigits === 0 ? slot.maximum : value.length;
	writeLength(output, { slot, units, lengths });
	const clean =
		slot.spec.encoding === "bcd" ? writeBcd(output, slot, value, units) : writePlain(output, slot, value, units);
	if (!clean) {
		throw messageFault(`the value is not of type ${slot.spec.content}`, where);
	}
}

function writeLength(
	output: Output,
	{ slot, units, lengths }: { readonly slot: Slot; readonly units: number; readonly lengths: MessageSpec["lengths"] },
): void {
	const base = lengths === "binary" ? 256 : lengths === "ascii" ? 10 : 100;
	for (let left = slot.prefixBytes - 1; left >= 0; left--) {
		const part = Math.trunc(units / base ** left) % base;
		output.bytes[output.at++] =
			lengths === "binary" ? part : lengths === "ascii" ? zero + part : Math.trunc(part / 10) * 16 + (part % 10);
	}
}

/** Digits in front of a short fixed number are zeros. */
function writeBcd(output: Output, slot: Slot, value: FieldValue, units: number): boolean {
	const { bytes } = output;
	const start = output.at;
	const length = wireLength(slot.spec, units);
	const shift = firstNibble(slot.spec, units) + units - value.length;
	const decimal = slot.spec.content !== "z";
	bytes.fill(0, start, start + length);
	for (let index = 0; index < value.length; index++) {
		const nibble = nibbleOfCode[codeAt(value, index)] ?? 0xff;
		if (nibble > 15 || (decimal && nibble > 9)) {
			return false;
		}
		const place = shift + index;
		const at = start + (place >> 1);
		bytes[at] = (place & 1) === 0 ? nibble << 4 : (bytes[at] ?? 0) | nibble;
	}
	output.at = start + length;
	return true;
}

/** A short fixed text is filled with spaces behind, a short fixed number with zeros in front. */
function writePlain(output: Output, slot: Slot, value: FieldValue, units: number): boolean {
	const { bytes } = output;
	const { content, encoding } = slot.spec;
	const missing = units - value.length;
	if (missing > 0 && (content === "b" || content === "z")) {
		return false;
	}
	if (content === "n") {
		bytes.fill(zero, output.at, output.at + missing);
		output.at += missing;
	}
	for (let index = 0; index < value.length; index++) {
		const code = codeAt(value, index);
		if (code > 0xff || (content !== "b" && slot.allowed[code] !== 1)) {
			return false;
		}
		if (encoding === "hex") {
			bytes[output.at++] = hexDigits[code >> 4] ?? zero;
			bytes[output.at++] = hexDigits[code & 15] ?? zero;
		} else {
			bytes[output.at++] = code;
		}
	}
	if (content !== "n" && missing > 0) {
		bytes.fill(space, output.at, output.at + missing);
		output.at += missing;
	}
	return true;
}

function codeAt(value: FieldValue, index: number): number {
	return typeof value === "string" ? value.charCodeAt(index) : (value[index] ?? 0);
}
