import { type Bytes, fromLatin1 } from "../../wire/bytes.ts";
import type { Frame } from "../../wire/framing.ts";
import type { Dialect, Shown } from "../dialect.ts";
import { filler } from "./harmless.ts";

/** Commands have shorter parameters than this; longer runs of characters are printed, and their digits are hidden. */
const printedRun = 8;
const runs = new RegExp(`[\\x20-\\x7e\\x80-\\xff]{${printedRun},}`, "g");

/**
 * ESC/POS printers: no frames, one write is one piece. Everything printed keeps its letters and loses its digits, since
 * a slip names cards and amounts. No command changes its length.
 */
export const escposDialect: Dialect = {
	name: "escpos",
	framing: undefined,
	takesTurns: false,
	controlName: () => "other",
	interpreter: () => ({ read: (direction, frame) => shown(direction === "out" ? "to print" : "says", frame) }),
};

function shown(what: string, frame: Frame): Shown {
	const raw = frame.kind === "data" ? frame.payload : new Uint8Array();
	const bytes = withoutDigits(raw);
	const text = fromLatin1(bytes)
		.replaceAll(/[^\x20-\x7e]+/g, " ")
		.trim()
		.slice(0, 60);
	return { bytes, says: `${what}: ${bytes.length} bytes ${text}`.trimEnd() };
}

function withoutDigits(raw: Uint8Array): Bytes {
	const bytes = Uint8Array.from(raw);
	for (const { index, 0: run } of fromLatin1(raw).matchAll(runs)) {
		for (let at = index; at < index + run.length; at += 1) {
			const byte = bytes[at] ?? 0;
			bytes[at] = byte >= 0x30 && byte <= 0x39 ? filler : byte;
		}
	}
	return bytes;
}
