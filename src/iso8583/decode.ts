import type { Bytes } from "../wire/bytes.ts";
import type { Cursor } from "../wire/cursor.ts";
import { bitmapBytes, hasBit, listFields } from "./bitmap.ts";
import { type FieldTable, macFieldOf, requireField } from "./field-table.ts";
import { type FieldValue, type Message, messageFault, wipeFields } from "./message.ts";

/** A received message cut before its MAC. */
export interface SplitMac {
	readonly macInput: Bytes;
	readonly mac: Bytes;
}

export interface Decoder {
	decode(bytes: Uint8Array): Message;
	splitMac(bytes: Uint8Array): SplitMac | undefined;
}

const mtiDigits = 4;

/**
 * What everybody may see is gathered in one buffer, made one string, and cut: the fastest way, and safe, because a
 * substring keeps the whole alive and nothing sensitive is in it.
 */
export function compileDecoder(table: FieldTable): Decoder {
	const plainText = new Uint8Array(table.maxUnits);
	const plainBuffer = Buffer.from(plainText.buffer);
	const bitmap = new Uint8Array(bitmapBytes);
	const present = new Uint8Array(table.highestField);
	/** Where each present field ends in the plain text; one that is not in it ends where it would begin. */
	const plainEnds = new Uint32Array(table.highestField);

	const readFields = (input: Cursor, plain: Cursor, count: number, fields: FieldValue[]): void => {
		for (let index = 0; index < count; index++) {
			const field = present[index] ?? 0;
			fields[field] = requireField(table, field, input.at).read(input, plain) ?? "";
			plainEnds[index] = plain.at;
		}
	};

	const cutPlain = (text: string, count: number, fields: FieldValue[]): void => {
		let start = mtiDigits;
		for (let index = 0; index < count; index++) {
			const end = plainEnds[index] ?? start;
			if (end > start) {
				fields[present[index] ?? 0] = text.slice(start, end);
			}
			start = end;
		}
	};

	return {
		decode(bytes) {
			const input = { bytes, at: 0 };
			const plain = { bytes: plainText, at: 0 };
			// Sparse, but of full length: an object would grow step by step.
			const fields: FieldValue[] = Array(table.highestField + 1);
			try {
				table.header.read(input, bitmap, plain);
				const count = listFields(bitmap, present);
				readFields(input, plain, count, fields);
				requireEnd(input);
				const text = plainBuffer.toString("latin1", 0, plain.at);
				cutPlain(text, count, fields);
				return { mti: text.slice(0, mtiDigits), fields };
			} catch (fault) {
				wipeFields(fields);
				throw fault;
			}
		},
		splitMac(bytes) {
			const input = { bytes, at: 0 };
			table.header.read(input, bitmap, { bytes: plainText, at: 0 });
			const field = macFieldOf(hasBit(bitmap, 1));
			if (!hasBit(bitmap, field)) {
				return undefined;
			}
			const codec = requireField(table, field, input.at);
			input.at = Math.max(input.at, bytes.length - codec.maxWireBytes);
			const macInput = Uint8Array.from(bytes.subarray(0, input.at));
			const mac = codec.read(input, { bytes: plainText, at: 0 });
			return mac === undefined ? undefined : { macInput, mac };
		},
	};
}

function requireEnd({ bytes, at }: Cursor): void {
	if (at !== bytes.length) {
		throw messageFault(`${bytes.length - at} bytes are left over`, { field: 0, name: "message", offset: at });
	}
}
