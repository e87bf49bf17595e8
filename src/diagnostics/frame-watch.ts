import type { Clock } from "../kernel/clock.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { Decoder, Frame } from "../wire/framing.ts";
import type { Dialect, Direction } from "./dialect.ts";
import type { LatencyWindow } from "./latency-window.ts";
import type { Tally } from "./tally.ts";

interface FrameWatchParts {
	readonly dialect: Dialect;
	readonly clock: Clock;
	readonly tally: Tally;
	readonly latencies: LatencyWindow;
	/** Told of every frame, in order. */
	readonly onFrame: (direction: Direction, frame: Frame) => void;
}

/** Reads along on one open port, without being able to hold up or change anything: counts, and takes the time. */
export class FrameWatch {
	readonly #parts: FrameWatchParts;
	readonly #decoders: Readonly<Record<Direction, Decoder | undefined>>;
	/** When the question was sent that is not answered yet. */
	#askedAt: number | undefined;
	/** A run of garbage that came in pieces is one damaged frame. */
	#inGarbage = false;

	constructor(parts: FrameWatchParts) {
		this.#parts = parts;
		const { framing } = parts.dialect;
		this.#decoders = { in: framing?.decoder(), out: framing?.decoder() };
	}

	pass(direction: Direction, bytes: Bytes): void {
		const { tally, onFrame } = this.#parts;
		tally.add(direction === "in" ? "bytes_in" : "bytes_out", bytes.length);
		const frames = this.#decoders[direction]?.push(bytes) ?? [{ kind: "data", payload: bytes } as const];
		for (const frame of frames) {
			if (direction === "in") {
				this.#received(frame);
			} else {
				this.#sent(frame);
			}
			onFrame(direction, frame);
		}
	}

	#sent(frame: Frame): void {
		const { tally, dialect, clock } = this.#parts;
		if (frame.kind === "control") {
			tally.add("controls_out", 1, dialect.controlName(frame.byte));
		}
		if (frame.kind !== "data") {
			return;
		}
		tally.add("frames_out", 1);
		if (dialect.takesTurns) {
			if (this.#askedAt !== undefined) {
				tally.add("unanswered", 1);
			}
			this.#askedAt = clock.monotonicMs();
		}
	}

	#received(frame: Frame): void {
		const { tally, dialect } = this.#parts;
		if (frame.kind === "garbage") {
			tally.add("garbage_bytes", frame.bytes.length, frame.reason);
			if (!this.#inGarbage && frame.reason !== "no_start") {
				tally.add("damaged_frames", 1, frame.reason);
			}
			this.#inGarbage = true;
			return;
		}
		this.#inGarbage = false;
		if (frame.kind === "control") {
			tally.add("controls_in", 1, dialect.controlName(frame.byte));
		} else {
			tally.add("frames_in", 1);
		}
		this.#answered();
	}

	#answered(): void {
		const { clock, latencies } = this.#parts;
		if (this.#askedAt !== undefined) {
			latencies.add(clock.monotonicMs() - this.#askedAt);
			this.#askedAt = undefined;
		}
	}
}
