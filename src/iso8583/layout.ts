import { nibbleOfCode } from "../wire/bcd.ts";
import {
	allowedCodes,
	bcdIsClean,
	type FieldExtent,
	lengthFits,
	prefixBytes,
	prefixDigits,
	wireLength,
} from "./field-codec.ts";
import { messageFault } from "./message.ts";
import { type FieldSpec, type MessageSpec, maximumLength } from "./message-spec.ts";

/** A field of the table with everything that does not change from message to message. */
export interface Slot {
	readonly field: number;
	readonly spec: FieldSpec;
	readonly prefixDigits: 0 | 2 | 3;
	readonly prefixBytes: number;
	readonly maximum: number;
	readonly allowed: Uint8Array;
	/** Text only where everybody may see it: what is sensitive stays bytes. */
	readonly kept: "text" | "bytes";
}

export interface Placed {
	readonly slot: Slot;
	readonly extent: FieldExtent;
}

/** A message taken apart but not yet read. */
export interface Layout {
	readonly mtiBytes: number;
	readonly placed: readonly Placed[];
}

/** The table by field number. */
export function slotsOf(spec: MessageSpec): readonly (Slot | undefined)[] {
	const slots: (Slot | undefined)[] = Array.from({ length: spec.highestField + 1 }, () => undefined);
	for (const [number, field] of Object.entries(spec.fields)) {
		const digits = prefixDigits(field);
		slots[Number(number)] = {
			field: Number(number),
			spec: field,
			prefixDigits: digits,
			prefixBytes: prefixBytes(digits, spec.lengths),
			maximum: maximumLength(field),
			allowed: allowedCodes(field),
			kept: field.sensitive === "no" && field.content !== "b" ? "text" : "bytes",
		};
	}
	return slots;
}

/** Finds every field of a message, checking each length against the table before it is used. */
export function compileLayout(spec: MessageSpec): (bytes: Uint8Array) => Layout {
	const slots = slotsOf(spec);
	const mtiBytes = spec.mti === "bcd" ? 2 : 4;
	const bitmapBytes = spec.bitmap === "binary" ? 8 : 16;

	const bitmapAt = (bytes: Uint8Array, at: number): Uint8Array => {
		if (at + bitmapBytes > bytes.length) {
			throw messageFault("the bitmap is cut off", { field: 1, name: "bitmap", offset: at });
		}
		return spec.bitmap === "binary" ? bytes.subarray(at, at + 8) : fromHexText(bytes, at);
	};

	return (bytes) => {
		checkMti(bytes, spec);
		const first = bitmapAt(bytes, mtiBytes);
		let at = mtiBytes + bitmapBytes;
		let second: Uint8Array | undefined;
		if (((first[0] ?? 0) & 0x80) !== 0) {
			if (spec.highestField === 64) {
				throw messageFault("bit 1 is set in a 64-field message", { field: 1, name: "bitmap", offset: mtiBytes });
			}
			second = bitmapAt(bytes, at);
			at += bitmapBytes;
		}
		const placed: Placed[] = [];
		const end = second === undefined ? 64 : 128;
		for (let field = 2; field <= end; field++) {
			const bit = field - 1;
			const byte = (bit < 64 ? first[bit >> 3] : second?.[(bit - 64) >> 3]) ?? 0;
			if ((byte & (0x80 >> (bit & 7))) !== 0) {
				const next = place(slots[field], { bytes, at, field, lengths: spec.lengths });
				placed.push(next);
				at = next.extent.start + next.extent.bytes;
			}
		}
		if (at !== bytes.length) {
			throw messageFault(`${bytes.length - at} bytes are left over`, { field: 0, name: "message", offset: at });
		}
		return { mtiBytes, placed };
	};
}

interface Spot {
	readonly bytes: Uint8Array;
	readonly at: number;
	readonly field: number;
	readonly lengths: MessageSpec["lengths"];
}

function place(slot: Slot | undefined, { bytes, at, field, lengths }: Spot): Placed {
	if (slot === undefined) {
		throw messageFault("the field is not in the table", { field, name: "unknown", offset: at });
	}
	const where = { field, name: slot.spec.name, offset: at };
	if (at + slot.prefixBytes > bytes.length) {
		throw messageFault("the length is cut off", where);
	}
	const units = slot.prefixDigits === 0 ? slot.maximum : readLength(bytes, at, slot, lengths);
	if (units < 0 || !lengthFits(slot.spec, units)) {
		throw messageFault(`the length is not a number up to ${slot.maximum}`, where);
	}
	const start = at + slot.prefixBytes;
	const extent = { start, units, bytes: wireLength(slot.spec, units) };
	if (start + extent.bytes > bytes.length) {
		throw messageFault("the value is cut off", where);
	}
	if (!isClean(slot, bytes, extent)) {
		throw messageFault(`the value is not of type ${slot.spec.content}`, { ...where, offset: start });
	}
	return { slot, extent };
}

/** The number in a length prefix, -1 when it is none. */
function readLength(bytes: Uint8Array, at: number, slot: Slot, lengths: MessageSpec["lengths"]): number {
	let value = 0;
	for (let index = at; index < at + slot.prefixBytes; index++) {
		const byte = bytes[index] ?? 0;
		if (lengths === "binary") {
			value = value * 256 + byte;
		} else if (lengths === "ascii") {
			value = byte >= 0x30 && byte <= 0x39 ? value * 10 + byte - 0x30 : Number.NaN;
		} else {
			value = byte >> 4 < 10 && (byte & 15) < 10 ? value * 100 + (byte >> 4) * 10 + (byte & 15) : Number.NaN;
		}
	}
	return Number.isNaN(value) ? -1 : value;
}

function isClean(slot: Slot, bytes: Uint8Array, extent: FieldExtent): boolean {
	const { spec, allowed } = slot;
	switch (spec.encoding) {
		case "binary":
			return true;
		case "bcd":
			return bcdIsClean(spec, bytes, extent);
		case "hex":
			return everyByte(bytes, extent, (byte) => byte !== 0x3d && (nibbleOfCode[byte] ?? 0xff) !== 0xff);
		case "ascii":
			return spec.content === "ans" || everyByte(bytes, extent, (byte) => allowed[byte] === 1);
	}
}

function everyByte(bytes: Uint8Array, extent: FieldExtent, test: (byte: number) => boolean): boolean {
	for (let at = extent.start; at < extent.start + extent.bytes; at++) {
		if (!test(bytes[at] ?? 0)) {
			return false;
		}
	}
	return true;
}

function checkMti(bytes: Uint8Array, spec: MessageSpec): void {
	const width = spec.mti === "bcd" ? 2 : 4;
	for (let at = 0; at < width; at++) {
		const byte = bytes[at] ?? 0xff;
		const good = spec.mti === "bcd" ? byte >> 4 < 10 && (byte & 15) < 10 : byte >= 0x30 && byte <= 0x39;
		if (!good) {
			throw messageFault("the message type is not four digits", { field: 0, name: "message type", offset: at });
		}
	}
}

function fromHexText(bytes: Uint8Array, at: number): Uint8Array {
	return Uint8Array.from({ length: 8 }, (_, index) => {
		const high = nibbleOfCode[bytes[at + index * 2] ?? 0] ?? 0xff;
		const low = nibbleOfCode[bytes[at + index * 2 + 1] ?? 0] ?? 0xff;
		if (high > 15 || low > 15) {
			throw messageFault("the bitmap is not hex text", { field: 1, name: "bitmap", offset: at + index * 2 });
		}
		return high * 16 + low;
	});
}
