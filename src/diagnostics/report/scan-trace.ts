import { equalBytes } from "../../wire/bytes.ts";
import type { Frame } from "../../wire/framing.ts";
import type { Dialect } from "../dialect.ts";
import type { TraceEntry } from "../trace.ts";
import { readTrace, type TraceHeader } from "../trace-file.ts";
import { readHex } from "../trace-hex.ts";

/**
 * Lines of a trace file whose frame would be masked if it were recorded now. Masking is closed by default and changes
 * nothing the second time, so a frame that it changes has not been masked.
 */
export function unmaskedEntries(text: string, dialectOf: (header: TraceHeader) => Dialect): readonly number[] {
	const { header, entries } = readTrace(text);
	const dialect = dialectOf(header);
	const interpreter = dialect.interpreter();
	return entries.flatMap((entry, index) => {
		const bytes = readHex(entry.hex);
		const frame = frameOf(dialect, entry);
		const isMasked =
			bytes.length === 0 || (frame !== undefined && equalBytes(interpreter.read(entry.direction, frame).bytes, bytes));
		return isMasked ? [] : [index + 2];
	});
}

/** The frame as it came from the decoder; undefined when the bytes are not one. */
function frameOf({ framing }: Dialect, { kind, hex }: TraceEntry): Frame | undefined {
	const bytes = readHex(hex);
	const decoded = framing?.decoder().push(bytes) ?? [{ kind: "data", payload: bytes } as const];
	const [first] = decoded;
	if (kind === "garbage") {
		return { kind, bytes, reason: first?.kind === "garbage" ? first.reason : "bad_length" };
	}
	return decoded.length === 1 && first?.kind === kind ? first : undefined;
}
