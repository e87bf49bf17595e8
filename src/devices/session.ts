import type { Clock, Timer } from "../kernel/clock.ts";
import { type Wait, withDeadline } from "../kernel/deadline.ts";
import { Inbox } from "../kernel/inbox.ts";
import type { Log } from "../kernel/log.ts";
import { Mutex } from "../kernel/mutex.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { DecoderCounts, Frame, Framing } from "../wire/framing.ts";
import type { DriverLine } from "./driver.ts";

interface SessionOptions {
	readonly line: DriverLine;
	readonly framing: Framing;
	readonly clock: Clock;
	readonly log: Log;
	/** A frame that stops in the middle for this long is given up and handed out as damaged; else it waits for its rest. */
	readonly frameGapMs?: number;
}

/** The line while it is one caller's turn. */
export interface Turn {
	/** Wraps the payload into a frame and writes it. What was received before is stale now, and thrown away. */
	send(payload: Uint8Array): Promise<void>;
	/** Writes a byte that means something between frames (ACK, NAK, EOT). What was received stays. */
	sendControl(byte: number): Promise<void>;
	/**
	 * The next frame, key byte or damaged piece, in the order of arrival.
	 * @throws Fault `wait.code`, the abort reason, or the cause of the line's loss
	 */
	next(wait: Wait): Promise<Frame>;
}

/** How long the operating system may take to swallow a frame: long enough for 1 KB at 1200 baud. */
const writeMs = 10_000;

/**
 * Turn-taking on a device's line: one conversation at a time, frames in a queue, because an answer may arrive in the
 * same chunk as the byte before it. Noise between frames is counted and logged; a damaged frame is handed out, since
 * only the driver knows whether it may ask again.
 */
export class Session {
	readonly #options: SessionOptions;
	readonly #inbox: Inbox<Frame>;
	readonly #decoder;
	readonly #turns = new Mutex();
	#stale = 0;
	#frameGap: Timer | undefined;

	constructor(options: SessionOptions) {
		this.#options = options;
		this.#decoder = options.framing.decoder();
		this.#inbox = new Inbox(options.clock);
		const { line } = options;
		line.lost.addEventListener("abort", () => this.#end(), { once: true });
		if (line.lost.aborted) {
			this.#end();
		}
		line.onData((bytes) => this.#receive(bytes));
	}

	/** Frames and skipped bytes so far, and frames that nobody had asked for. */
	get counts(): DecoderCounts & { readonly stale: number } {
		return { ...this.#decoder.counts, stale: this.#stale };
	}

	/** True while a conversation is going on or waits for its turn. */
	get busy(): boolean {
		return this.#turns.busy;
	}

	/**
	 * Runs one conversation when all earlier ones have ended.
	 * @throws what `work` throws, the abort reason, or the cause of the line's loss
	 */
	converse<T>(work: (turn: Turn) => Promise<T>, signal?: AbortSignal): Promise<T> {
		return this.#turns.run(() => work(this.#turn), signal);
	}

	readonly #turn: Turn = {
		send: async (payload) => {
			this.#discardStale();
			await this.#write(this.#options.framing.encode(payload));
		},
		sendControl: (byte) => this.#write(Uint8Array.of(byte)),
		next: (wait) => this.#inbox.take(wait),
	};

	#end(): void {
		this.#frameGap?.cancel();
		this.#inbox.close(this.#options.line.lost.reason);
	}

	async #write(bytes: Bytes): Promise<void> {
		const { line, clock } = this.#options;
		const wait: Wait = { name: `write to ${line.label}`, ms: writeMs, signal: line.lost, code: "E_TIMEOUT" };
		await withDeadline(clock, wait, () => line.write(bytes));
	}

	#receive(bytes: Uint8Array): void {
		this.#watchFrameGap();
		for (const frame of this.#decoder.push(bytes)) {
			if (frame.kind === "garbage") {
				this.#options.log.debug("bytes skipped", { reason: frame.reason, count: frame.bytes.length });
			}
			if (frame.kind !== "garbage" || frame.reason !== "no_start") {
				this.#inbox.push(frame);
			}
		}
	}

	/** The bytes of a frame follow each other: silence in the middle of one is its end. */
	#watchFrameGap(): void {
		const { frameGapMs, clock, line, log } = this.#options;
		this.#frameGap?.cancel();
		if (frameGapMs === undefined || line.lost.aborted) {
			return;
		}
		this.#frameGap = clock.after(frameGapMs, () => {
			const cut = this.#decoder.reset();
			if (cut > 0) {
				log.debug("frame cut short", { bytes: cut });
				this.#inbox.push({ kind: "garbage", bytes: new Uint8Array(), reason: "bad_length" });
			}
		});
	}

	#discardStale(): void {
		const stale = this.#inbox.drain().length;
		const cut = this.#decoder.reset();
		this.#stale += stale;
		this.#options.line.discarded?.(stale);
		if (stale > 0 || cut > 0) {
			this.#options.log.debug("stale input discarded", { frames: stale, bytes: cut });
		}
	}
}
