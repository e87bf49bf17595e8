import type { Bytes } from "../wire/bytes.ts";
import type { Frame, Framing } from "../wire/framing.ts";

/** Seen from the daemon: `out` to the device or host, `in` from it. */
export type Direction = "in" | "out";

/** What of a frame anybody may see. */
export interface Shown {
	/**
	 * As on the wire, with everything sensitive replaced by as many harmless bytes, length and check made right again:
	 * it still decodes, and replays.
	 */
	readonly bytes: Bytes;
	/** For people: "load working key 0/1". */
	readonly says: string;
}

/**
 * Reads one line in the order of its frames, both directions together, since answers often mean something only after
 * their question. Closed by default: a frame it does not know shows its kind and its length.
 */
export interface Interpreter {
	read(direction: Direction, frame: Frame): Shown;
}

/** The language of a line, as far as counters and traces need it. */
export interface Dialect {
	readonly name: string;
	/** None where bytes come without frames: then each chunk is taken as one. */
	readonly framing: Framing | undefined;
	/** True where one question waits for one answer, so that the time between them can be told from the line alone. */
	readonly takesTurns: boolean;
	/** For counters: the name of a single byte between frames. */
	controlName(byte: number): string;
	interpreter(): Interpreter;
}
