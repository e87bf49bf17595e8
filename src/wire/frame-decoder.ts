import type { Bytes } from "./bytes.ts";
import type { Decoder, DecoderCounts, Frame, GarbageReason } from "./framing.ts";

/** What a byte is where no frame has begun. */
export const between = { garbage: 0, start: 1, control: 2 } as const;

/** Everything that tells one framing from another; the decoder does the rest. */
export interface FrameRule {
	/** Longest whole frame in bytes. Bounds the memory of the decoder. */
	readonly maxFrame: number;
	/** For each of the 256 byte values, what it is between frames. */
	readonly roles: Uint8Array;
	/**
	 * After a bad frame: look for the next start one byte on, or behind the whole frame where its end was found (its
	 * check byte may look like a control byte), or give up all that has arrived (no start mark to look for).
	 */
	readonly resync: "next_byte" | "whole_frame" | "drop_all";
	/**
	 * How long the frame is that begins at `start`, as far as the bytes up to `end` can tell.
	 * More than `end - start` means: come back when that many are here. Never more than `maxFrame`.
	 */
	measure(buffer: Uint8Array, start: number, end: number): number | GarbageReason;
	/** Checks a complete frame of `length` bytes and copies its payload out. */
	open(buffer: Uint8Array, start: number, length: number): Bytes | GarbageReason;
}

/** A table of byte roles: these start a frame, those mean something by themselves, all others are garbage. */
export function byteRoles(starts: readonly number[], controls: readonly number[]): Uint8Array {
	const roles = new Uint8Array(256);
	for (const byte of starts) {
		roles[byte] = between.start;
	}
	for (const byte of controls) {
		roles[byte] = between.control;
	}
	return roles;
}

const nothing: readonly Frame[] = [];
/** Room for incoming bytes beside one whole frame. */
const chunkRoom = 4096;

/**
 * The one decoder behind all framings: collects, measures, checks, copies out, and finds the next frame after a bad one.
 * Neighbouring skipped bytes are one piece of garbage with the reason of the first, so that how the stream was cut
 * changes neither the frames nor the counts.
 */
export class FrameDecoder implements Decoder {
	readonly #rule: FrameRule;
	readonly #buffer: Uint8Array<ArrayBuffer>;
	readonly #garbage: Record<GarbageReason, number> = {
		no_start: 0,
		bad_check: 0,
		bad_length: 0,
		too_long: 0,
		bad_body: 0,
	};
	#frames = 0;
	#start = 0;
	#end = 0;
	/** No frame can end before the buffer holds this many bytes. */
	#needed = 1;
	/** Bytes that what was found last takes up, a frame or something to skip. */
	#length = 0;
	/** Reason of the run of garbage that the stream is in, also across chunks. */
	#run: GarbageReason | undefined;

	constructor(rule: FrameRule) {
		this.#rule = rule;
		this.#buffer = new Uint8Array(rule.maxFrame + chunkRoom);
	}

	get counts(): DecoderCounts {
		return { frames: this.#frames, garbage: { ...this.#garbage } };
	}

	push(chunk: Uint8Array): readonly Frame[] {
		if (chunk.length <= this.#buffer.length - this.#end) {
			this.#buffer.set(chunk, this.#end);
			this.#end += chunk.length;
			return this.#end - this.#start < this.#needed ? nothing : this.#decode([]);
		}
		return this.#pushInPieces(chunk);
	}

	reset(): number {
		const dropped = this.#end - this.#start;
		this.#start = 0;
		this.#end = 0;
		this.#needed = 1;
		this.#run = undefined;
		return dropped;
	}

	#pushInPieces(chunk: Uint8Array): readonly Frame[] {
		const frames: Frame[] = [];
		for (let taken = 0; taken < chunk.length; ) {
			this.#buffer.copyWithin(0, this.#start, this.#end);
			this.#end -= this.#start;
			this.#start = 0;
			const piece = chunk.subarray(taken, taken + this.#buffer.length - this.#end);
			this.#buffer.set(piece, this.#end);
			this.#end += piece.length;
			taken += piece.length;
			this.#decode(frames);
		}
		return frames;
	}

	#decode(frames: Frame[]): readonly Frame[] {
		const { roles, resync } = this.#rule;
		const end = this.#end;
		let at = this.#start;
		let reportedTo = at;
		this.#needed = 1;
		while (at < end) {
			const role = roles[this.#buffer[at] ?? 0];
			const found = role === between.start ? this.#frameAt(at, end) : this.#byteAt(at, role);
			if (found === undefined) {
				break;
			}
			if (typeof found === "string") {
				this.#run ??= found;
				at = resync === "drop_all" ? end : at + this.#length;
				continue;
			}
			this.#skip(frames, reportedTo, at);
			frames.push(found);
			this.#run = undefined;
			at += this.#length;
			reportedTo = at;
		}
		this.#skip(frames, reportedTo, at);
		this.#start = at === end ? 0 : at;
		this.#end = at === end ? 0 : end;
		return frames;
	}

	/** A byte that begins no frame. */
	#byteAt(at: number, role: number | undefined): Frame | GarbageReason {
		this.#length = 1;
		return role === between.control ? { kind: "control", byte: this.#buffer[at] ?? 0 } : "no_start";
	}

	/** The frame that begins at `at`, why there is none, or nothing while bytes are missing. */
	#frameAt(at: number, end: number): Frame | GarbageReason | undefined {
		const length = this.#rule.measure(this.#buffer, at, end);
		this.#length = 1;
		if (typeof length === "string") {
			return length;
		}
		if (length > end - at) {
			this.#needed = length;
			return undefined;
		}
		const payload = this.#rule.open(this.#buffer, at, length);
		if (typeof payload === "string") {
			this.#length = this.#badLength(at, length);
			return payload;
		}
		this.#length = length;
		this.#frames += 1;
		return { kind: "data", payload };
	}

	/** How much of a bad frame to skip. A start mark in the place of its check byte is the next frame, after a lost byte. */
	#badLength(at: number, length: number): number {
		const { resync, roles } = this.#rule;
		if (resync !== "whole_frame") {
			return 1;
		}
		return roles[this.#buffer[at + length - 1] ?? 0] === between.start ? length - 1 : length;
	}

	/** Reports the bytes from `from` to `to` as garbage of the present run. */
	#skip(frames: Frame[], from: number, to: number): void {
		if (from === to || this.#run === undefined) {
			return;
		}
		this.#garbage[this.#run] += to - from;
		frames.push({ kind: "garbage", bytes: this.#buffer.slice(from, to), reason: this.#run });
	}
}
