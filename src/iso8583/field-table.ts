import { compileField, type FieldCodec } from "./field-codec.ts";
import { compileHeader, type HeaderCodec } from "./header-codec.ts";
import { messageFault } from "./message.ts";
import type { MessageSpec } from "./message-spec.ts";

/** A table compiled: the header and a codec for each field. */
export interface FieldTable {
	readonly name: string;
	readonly highestField: number;
	readonly header: HeaderCodec;
	/** By field number; undefined where the table has no such field. */
	readonly fields: readonly (FieldCodec | undefined)[];
	/** Most bytes of a message. */
	readonly maxWireBytes: number;
	/** Most digits, characters and bytes of a message's values, the message type included. */
	readonly maxUnits: number;
}

export function compileTable(spec: MessageSpec): FieldTable {
	const header = compileHeader(spec);
	const fields = Array.from({ length: spec.highestField + 1 }, (_, field) => {
		const found = spec.fields[field];
		return found === undefined ? undefined : compileField(field, found, spec);
	});
	return {
		name: spec.name,
		highestField: spec.highestField,
		header,
		fields,
		maxWireBytes: fields.reduce((total, field) => total + (field?.maxWireBytes ?? 0), header.maxWireBytes),
		maxUnits: fields.reduce((total, field) => total + (field?.maxUnits ?? 0), 4),
	};
}

/** The codec of a field, which must be in the table: one that is not can be neither written nor skipped. */
export function requireField(table: FieldTable, field: number, offset: number): FieldCodec {
	const codec = table.fields[field];
	if (codec === undefined) {
		throw messageFault("the field is not in the table", { field, name: "unknown", offset });
	}
	return codec;
}

/** The field of the MAC: the last one a message can have, which is 64 or, with both halves of the bitmap, 128. */
export function macFieldOf(hasSecondHalf: boolean): 64 | 128 {
	return hasSecondHalf ? 128 : 64;
}
