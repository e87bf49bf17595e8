import type { Bytes } from "./bytes.ts";

/** Why bytes were skipped: reported, never swallowed. */
export type GarbageReason = "no_start" | "bad_check" | "bad_length" | "too_long" | "bad_body";

/**
 * What a decoder makes of a byte stream.
 * `control` is a single byte that means something between frames (ACK, NAK, a raw key); `garbage` was skipped.
 */
export type Frame =
	| { readonly kind: "data"; readonly payload: Bytes }
	| { readonly kind: "control"; readonly byte: number }
	| { readonly kind: "garbage"; readonly bytes: Bytes; readonly reason: GarbageReason };

/** What a decoder has seen since it was made. */
export interface DecoderCounts {
	/** Whole frames with a right check. */
	readonly frames: number;
	/** Skipped bytes. */
	readonly garbage: Readonly<Record<GarbageReason, number>>;
}

/** Fed with chunks however they were cut, gives whole frames. Owns no port and no timer. */
export interface Decoder {
	/** Frames completed by this chunk, in order. Payloads are copies: the chunk may be reused. */
	push(chunk: Uint8Array): readonly Frame[];
	/** Forgets a half-received frame; says how many bytes that were. */
	reset(): number;
	readonly counts: DecoderCounts;
}

/** How one link wraps a payload. */
export interface Framing {
	readonly name: string;
	encode(payload: Uint8Array): Bytes;
	decoder(): Decoder;
}
