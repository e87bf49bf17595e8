import type { Codec } from "../../iso8583/codec.ts";
import { maskMessage } from "../../iso8583/mask.ts";
import { concatBytes } from "../../wire/bytes.ts";
import type { Frame, Framing } from "../../wire/framing.ts";
import { toHex } from "../../wire/hex.ts";
import type { Dialect, Shown } from "../dialect.ts";
import { showHex } from "../trace-hex.ts";
import { keepFirst } from "./harmless.ts";

interface HostDialectOptions {
	readonly name: string;
	readonly codec: Codec;
	/** Of the line. */
	readonly framing: Framing;
	/** Bytes of TPDU and header before the message. */
	readonly prefixBytes: number;
}

/** ISO 8583 on a length-prefixed line, masked by the `sensitive` marks of its table. A MAC stays as it was. */
export function hostDialect({ name, codec, framing, prefixBytes }: HostDialectOptions): Dialect {
	const message = (payload: Uint8Array): Shown => {
		const prefix = payload.subarray(0, prefixBytes);
		try {
			const decoded = codec.decode(payload.subarray(prefixBytes));
			const masked = maskMessage(codec.spec, decoded);
			const fields = codec.describe(masked).map(({ field, name, shown }) => {
				const value = masked.fields[field];
				const isHex = typeof value === "object" && shown === toHex(value);
				return `${field} ${name} ${isHex ? showHex(value) : shown}`;
			});
			return {
				bytes: framing.encode(concatBytes(prefix, codec.encode(masked))),
				says: `${decoded.mti}: ${fields.join("; ")}`,
			};
		} catch {
			return {
				bytes: framing.encode(keepFirst(payload, prefixBytes)),
				says: `not readable by the table ${codec.spec.name}: ${payload.length} bytes hidden`,
			};
		}
	};
	return {
		name,
		framing,
		takesTurns: false,
		controlName: () => "other",
		interpreter: () => ({ read: (_direction, frame) => shown(frame, message) }),
	};
}

function shown(frame: Frame, message: (payload: Uint8Array) => Shown): Shown {
	switch (frame.kind) {
		case "data":
			return message(frame.payload);
		case "control":
		case "garbage":
			return { bytes: new Uint8Array(), says: `out of step: ${frame.kind}` };
	}
}
