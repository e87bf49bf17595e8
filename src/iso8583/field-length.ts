import type { Cursor } from "../wire/cursor.ts";
import { compileLengthPrefix } from "./length-prefix.ts";
import type { FieldSpec, MessageSpec } from "./message-spec.ts";
import type { ValueCodec } from "./value-codec.ts";

/** How many units a field has, and how its wire tells. */
export interface FieldLength {
	/** Most units of a value. */
	readonly maximum: number;
	/** The length in front of the value; a field without one has `maximum` units, neither more nor less. */
	readonly told: ToldLength | undefined;
}

interface ToldLength {
	/** Bytes it takes. */
	readonly bytes: number;
	/** Units of the value that follows; undefined when they are cut off, no number, or above the maximum. */
	read(input: Cursor): number | undefined;
	/** False when a value of so many units cannot be told. */
	write(units: number, output: Cursor): boolean;
}

export function compileFieldLength(spec: FieldSpec, value: ValueCodec, table: MessageSpec): FieldLength {
	if ("fixed" in spec.length) {
		return { maximum: spec.length.fixed, told: undefined };
	}
	const [digits, limit] = "ll" in spec.length ? ([2, spec.length.ll] as const) : ([3, spec.length.lll] as const);
	const prefix = compileLengthPrefix(digits, spec.lengths ?? table.lengths);
	const countsWire = spec.counts === "wire";
	const maximum = countsWire ? (value.unitsIn(limit) ?? 0) : limit;
	return {
		maximum,
		told: {
			bytes: prefix.bytes,
			read(input) {
				if (input.at + prefix.bytes > input.bytes.length) {
					return undefined;
				}
				const length = prefix.read(input);
				if (length === undefined || length > limit) {
					return undefined;
				}
				return countsWire ? value.unitsIn(length) : length;
			},
			write(units, output) {
				const length = countsWire ? value.wireLength(units) : units;
				prefix.write(length, output);
				// An odd number of packed digits cannot be told from the next even one when bytes are counted.
				return units <= maximum && (!countsWire || value.unitsIn(length) === units);
			},
		},
	};
}
