import { z } from "zod";
import type { Clock } from "../kernel/clock.ts";
import { asFault } from "../kernel/fault.ts";
import { redactText } from "../kernel/redact-text.ts";
import type { Frame } from "../wire/framing.ts";
import type { Dialect, Direction, Interpreter } from "./dialect.ts";
import { showHex } from "./trace-hex.ts";

/** One frame, masked. The same shape in the API and in trace files. */
export const traceEntrySchema = z.strictObject({
	/** Counts from 1 while a trace runs; a gap means that frames came faster than they were fetched. */
	number: z.int().positive(),
	/** Milliseconds since 1970-01-01 UTC. */
	at: z.number(),
	direction: z.enum(["in", "out"]),
	kind: z.enum(["data", "control", "garbage"]),
	/** Whole frames as on the wire, masked: two hex digits a byte, a colon between bytes. */
	hex: z.string().regex(/^([\dA-F]{2}(:[\dA-F]{2})*)?$/),
	/** Decoded, for people. */
	says: z.string(),
});

export type TraceEntry = Readonly<z.infer<typeof traceEntrySchema>>;

interface TraceOptions {
	readonly dialect: Dialect;
	readonly clock: Clock;
}

/** Bounds the memory of a trace that nobody fetches. */
const remembered = 4_000;
const minuteMs = 60_000;

/**
 * The frames of one line, off until somebody asks, and off again by itself. What is kept has been masked already:
 * nothing that ever was sensitive is in its memory.
 */
export class Trace {
	readonly dialect: string;
	readonly #options: TraceOptions;
	#interpreter: Interpreter;
	#until = 0;
	#count = 0;
	#entries: TraceEntry[] = [];

	constructor(options: TraceOptions) {
		this.#options = options;
		this.dialect = options.dialect.name;
		this.#interpreter = options.dialect.interpreter();
	}

	/** Forgets an earlier recording and begins a new one. */
	start(minutes: number): void {
		this.#entries = [];
		this.#count = 0;
		this.newPort();
		this.#until = this.#options.clock.now() + minutes * minuteMs;
	}

	stop(): void {
		this.#until = this.#options.clock.now();
	}

	/** Until when it records; undefined while it is off. */
	get until(): number | undefined {
		return this.#options.clock.now() < this.#until ? this.#until : undefined;
	}

	/** What was recorded after an entry, oldest first; it stays after the end until the next start. */
	after(number: number): readonly TraceEntry[] {
		return this.#entries.filter((entry) => entry.number > number);
	}

	/** What comes now answers no earlier question. */
	newPort(): void {
		this.#interpreter = this.#options.dialect.interpreter();
	}

	/** Called for every frame of the line; does nothing while the trace is off. */
	record(direction: Direction, frame: Frame): void {
		if (this.until === undefined) {
			return;
		}
		const { bytes, says } = this.#shown(direction, frame);
		this.#count += 1;
		const at = this.#options.clock.now();
		this.#entries.push({
			number: this.#count,
			at,
			direction,
			kind: frame.kind,
			hex: showHex(bytes),
			says: redactText(says),
		});
		if (this.#entries.length > remembered) {
			this.#entries.shift();
		}
	}

	/** A trace must never disturb the line that it looks at. */
	#shown(direction: Direction, frame: Frame): ReturnType<Interpreter["read"]> {
		try {
			return this.#interpreter.read(direction, frame);
		} catch (error) {
			return { bytes: new Uint8Array(), says: `cannot be shown: ${asFault(error).code}` };
		}
	}
}
