import { nibblesToAscii } from "../wire/bcd.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { SplitMac } from "./codec.ts";
import { firstNibble } from "./field-codec.ts";
import { compileLayout, type Layout, type Placed } from "./layout.ts";
import type { FieldValue, Message } from "./message.ts";
import type { MessageSpec } from "./message-spec.ts";

/** The harmless part of a message as text, made once: fields are cut out of it. */
interface HarmlessText {
	readonly hex: string;
	readonly latin1: string;
}

export function compileDecoder(spec: MessageSpec): {
	decode(bytes: Uint8Array): Message;
	splitMac(bytes: Uint8Array): SplitMac | undefined;
} {
	const layoutOf = compileLayout(spec);
	return {
		decode(bytes) {
			const layout = layoutOf(bytes);
			const text = harmlessText(bytes, layout);
			const fields: Record<number, FieldValue> = {};
			for (const placed of layout.placed) {
				fields[placed.slot.field] = placed.slot.kept === "text" ? cut(text, placed) : copy(bytes, placed);
			}
			const mti = layout.mtiBytes === 2 ? text.hex.slice(0, 4) : text.latin1.slice(0, 4);
			return { mti, fields };
		},
		splitMac(bytes) {
			const last = layoutOf(bytes).placed.at(-1);
			if (last?.slot.field !== spec.macField) {
				return undefined;
			}
			return { macInput: Uint8Array.from(bytes.subarray(0, last.extent.start)), mac: copy(bytes, last) };
		},
	};
}

/** Sensitive bytes are zeros here: a string cannot be wiped and keeps all it was cut from alive. */
function harmlessText(bytes: Uint8Array, layout: Layout): HarmlessText {
	const harmless = Buffer.from(bytes);
	for (const { slot, extent } of layout.placed) {
		if (slot.kept === "bytes") {
			harmless.fill(0, extent.start, extent.start + extent.bytes);
		}
	}
	return { hex: harmless.toString("hex"), latin1: harmless.toString("latin1") };
}

function cut(text: HarmlessText, { slot, extent }: Placed): string {
	if (slot.spec.encoding !== "bcd") {
		return text.latin1.slice(extent.start, extent.start + extent.units);
	}
	const first = extent.start * 2 + firstNibble(slot.spec, extent.units);
	const digits = text.hex.slice(first, first + extent.units);
	return slot.spec.content === "z" ? digits.toUpperCase() : digits;
}

function copy(bytes: Uint8Array, { slot, extent }: Placed): Bytes {
	const wire = bytes.subarray(extent.start, extent.start + extent.bytes);
	switch (slot.spec.encoding) {
		case "bcd":
			return nibblesToAscii(wire, firstNibble(slot.spec, extent.units), extent.units);
		case "hex":
			return Uint8Array.from(Buffer.from(Buffer.from(wire).toString("latin1"), "hex"));
		case "ascii":
		case "binary":
			return Uint8Array.from(wire);
	}
}
