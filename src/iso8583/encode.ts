import type { Bytes } from "../wire/bytes.ts";
import { bitmapBytes, setBit } from "./bitmap.ts";
import { type FieldTable, macFieldOf, requireField } from "./field-table.ts";
import { type Message, messageFault } from "./message.ts";

/** A message that only lacks its MAC. */
export interface Unsealed {
	/** From the message type to the last field before the MAC, the MAC's bit already set. */
	readonly macInput: Bytes;
	/** The whole message with this MAC. */
	seal(mac: Bytes): Bytes;
}

export interface Encoder {
	encode(message: Message): Bytes;
	encodeUnsealed(message: Message): Unsealed;
}

/** Messages are built in one buffer that is kept, and zeroed after each: it has held card data. */
export function compileEncoder(table: FieldTable): Encoder {
	const buffer = new Uint8Array(table.maxWireBytes);
	const bitmap = new Uint8Array(bitmapBytes);

	/** The message without its field `left`, whose bit is set. */
	const encode = (message: Message, left: number | undefined): Bytes => {
		const output = { bytes: buffer, at: 0 };
		try {
			fillBitmap(bitmap, table, message);
			if (left !== undefined) {
				setBit(bitmap, left);
			}
			table.header.write(message.mti, bitmap, output);
			for (let field = 2; field <= table.highestField; field++) {
				const value = message.fields[field];
				if (value !== undefined && field !== left) {
					requireField(table, field, output.at).write(value, output);
				}
			}
			const bytes = buffer.slice(0, output.at);
			buffer.fill(0, 0, output.at);
			return bytes;
		} catch (fault) {
			buffer.fill(0);
			throw fault;
		}
	};

	return {
		encode: (message) => encode(message, undefined),
		encodeUnsealed(message) {
			const macField = macFieldOf(hasSecondHalf(table, message));
			const codec = requireField(table, macField, 0);
			const macInput = encode(message, macField);
			return {
				macInput,
				seal(mac) {
					const sealed = new Uint8Array(macInput.length + codec.maxWireBytes);
					sealed.set(macInput);
					const output = { bytes: sealed, at: macInput.length };
					codec.write(mac, output);
					return sealed.slice(0, output.at);
				},
			};
		},
	};
}

function hasSecondHalf(table: FieldTable, message: Message): boolean {
	for (let field = 65; field <= table.highestField; field++) {
		if (message.fields[field] !== undefined) {
			return true;
		}
	}
	return false;
}

function fillBitmap(bitmap: Uint8Array, table: FieldTable, message: Message): void {
	bitmap.fill(0);
	let count = 0;
	for (let field = 2; field <= table.highestField; field++) {
		if (message.fields[field] !== undefined) {
			setBit(bitmap, field);
			count += 1;
		}
	}
	if (count !== Object.keys(message.fields).length) {
		throw strayField(table, message);
	}
}

function strayField(table: FieldTable, message: Message): Error {
	const stray = Object.keys(message.fields).find((key) => !(Number(key) >= 2 && Number(key) <= table.highestField));
	return messageFault("the table has no such field", { field: Number(stray), name: "unknown", offset: 0 });
}
