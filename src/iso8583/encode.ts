import { type Bytes, copyBytes } from "../wire/bytes.ts";
import { bitmapBytes, setBit } from "./bitmap.ts";
import { type FieldTable, macFieldOf, requireField } from "./field-table.ts";
import { type Message, messageFault } from "./message.ts";

/** A message that only lacks its MAC. */
interface Unsealed {
	/** From the message type to the last field before the MAC, the MAC's bit already set. */
	readonly macInput: Bytes;
	/** The whole message with this MAC. */
	seal(mac: Bytes): Bytes;
}

export interface Encoder {
	encode(message: Message): Bytes;
	encodeUnsealed(message: Message): Unsealed;
}

/** With a third bitmap; no dialect numbers its fields higher. */
const highestDataElement = 192;

/** Messages are built in one buffer that is kept, and zeroed after each: it has held card data. */
export function compileEncoder(table: FieldTable): Encoder {
	const buffer = new Uint8Array(table.maxWireBytes);
	const bitmap = new Uint8Array(bitmapBytes);
	const present = new Uint8Array(table.highestField);

	/** Notes which fields there are, in `present` and as bits; says how many. */
	const listPresent = (message: Message): number => {
		bitmap.fill(0);
		let count = 0;
		for (let field = 0; field <= highestDataElement; field++) {
			if (message.fields[field] !== undefined) {
				if (field < 2 || field > table.highestField) {
					throw messageFault("the table has no such field", { field, name: "unknown", offset: 0 });
				}
				setBit(bitmap, field);
				present[count++] = field;
			}
		}
		return count;
	};

	/** The message without its field `left`, whose bit is set. */
	const encode = (message: Message, left: number | undefined): Bytes => {
		const output = { bytes: buffer, at: 0 };
		try {
			const count = listPresent(message);
			if (left !== undefined) {
				setBit(bitmap, left);
			}
			table.header.write(message.mti, bitmap, output);
			for (let index = 0; index < count; index++) {
				const field = present[index] ?? 0;
				const value = message.fields[field];
				if (value !== undefined && field !== left) {
					requireField(table, field, output.at).write(value, output);
				}
			}
			const bytes = copyBytes(buffer, 0, output.at);
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
