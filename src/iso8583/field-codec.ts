import type { Bytes } from "../wire/bytes.ts";
import type { Cursor } from "../wire/cursor.ts";
import { compileFieldLength, type FieldLength } from "./field-length.ts";
import { type FieldValue, messageFault } from "./message.ts";
import type { FieldSpec, MessageSpec } from "./message-spec.ts";
import { compileValue, type ValueCodec } from "./value-codec.ts";

/** One field of a table, compiled. Faults name the field and the byte where it begins. */
export interface FieldCodec {
	readonly field: number;
	readonly name: string;
	/** Most bytes on the wire, the length in front included. */
	readonly maxWireBytes: number;
	/** Most digits, characters or bytes of a value. */
	readonly maxUnits: number;
	/** The output must have room for `maxWireBytes`. */
	write(value: FieldValue, output: Cursor): void;
	/**
	 * A value that everybody may see is added to `plain`, and the result is undefined.
	 * Any other is returned as bytes of its own, one for each digit, character or byte.
	 */
	read(input: Cursor, plain: Cursor): Bytes | undefined;
}

interface FieldParts {
	readonly field: number;
	readonly spec: FieldSpec;
	readonly length: FieldLength;
	readonly value: ValueCodec;
}

export function compileField(field: number, spec: FieldSpec, table: MessageSpec): FieldCodec {
	const value = compileValue({
		content: spec.content,
		encoding: spec.encoding ?? encodingOf(spec.content, table),
		align: spec.align ?? ("fixed" in spec.length ? "right" : "left"),
		filler: spec.filler ?? 0,
	});
	const length = compileFieldLength(spec, value, table);
	const parts = { field, spec, length, value };
	return {
		field,
		name: spec.name,
		maxWireBytes: (length.told?.bytes ?? 0) + value.wireLength(length.maximum),
		maxUnits: length.maximum,
		write: compileWrite(parts),
		read: compileRead(parts),
	};
}

function encodingOf(content: FieldSpec["content"], table: MessageSpec): "bcd" | "ascii" | "binary" | "hex" {
	switch (content) {
		case "n":
		case "z":
			return table.digits;
		case "an":
		case "ans":
			return "ascii";
		case "b":
			return table.binary;
	}
}

function compileWrite({ field, spec, length, value }: FieldParts): FieldCodec["write"] {
	const { maximum, told } = length;
	return (given, output) => {
		const start = output.at;
		const whole = told === undefined && given.length < maximum ? filled(given, maximum, spec.content) : given;
		const fits = told === undefined ? whole.length === maximum : told.write(whole.length, output);
		if (!fits) {
			const wanted = told === undefined ? `${maximum}` : `up to ${maximum}`;
			throw problem(field, spec, start, `the value has ${given.length} units, the table wants ${wanted}`);
		}
		if (!value.write(whole, output)) {
			throw problem(field, spec, start, `the value is not of type ${spec.content}`);
		}
	};
}

function compileRead({ field, spec, length, value }: FieldParts): FieldCodec["read"] {
	const { maximum, told } = length;
	const isPlain = spec.sensitive === "no" && spec.content !== "b";
	return (input, plain) => {
		const start = input.at;
		const units = told === undefined ? maximum : told.read(input);
		if (units === undefined) {
			throw problem(field, spec, start, `the length is no number up to ${maximum}`);
		}
		if (input.at + value.wireLength(units) > input.bytes.length) {
			throw problem(field, spec, start, "the value is cut off");
		}
		if (isPlain) {
			if (!value.read(input, units, plain)) {
				throw problem(field, spec, start, `the value is not of type ${spec.content}`);
			}
			return undefined;
		}
		const bytes = new Uint8Array(units);
		if (!value.read(input, units, { bytes, at: 0 })) {
			bytes.fill(0);
			throw problem(field, spec, start, `the value is not of type ${spec.content}`);
		}
		return bytes;
	};
}

/**
 * A text shorter than its fixed field, made whole: numbers stand right behind zeros, text left before spaces
 * (ISO 8583-1 clause 6). Bytes and tracks are never filled.
 */
function filled(value: FieldValue, units: number, content: FieldSpec["content"]): FieldValue {
	if (typeof value !== "string") {
		return value;
	}
	switch (content) {
		case "n":
			return value.padStart(units, "0");
		case "an":
		case "ans":
			return value.padEnd(units, " ");
		case "z":
		case "b":
			return value;
	}
}

function problem(field: number, spec: FieldSpec, offset: number, text: string): Error {
	return messageFault(text, { field, name: spec.name, offset });
}
