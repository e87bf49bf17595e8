import { type Bytes, copyBytes } from "./bytes.ts";
import { byteRoles, FrameDecoder, type FrameRule } from "./frame-decoder.ts";
import type { Framing, GarbageReason } from "./framing.ts";

const stx = 0x02;
const etx = 0x03;
/** STX, two bytes of length, ETX, check byte. */
const overhead = 5;

interface StxLengthOptions {
	readonly maxPayload: number;
	/** The bytes under the check: with the start mark (CRT-310 card readers), or from the length on. */
	readonly covers: "stx_to_etx" | "length_to_etx";
}

/**
 * `STX LEN2 DATA ETX LRC`: big-endian length of the data, exclusive-or as the check.
 * The data is binary: the length says where it ends, the end mark is only verified.
 */
export function stxLengthFraming(options: StxLengthOptions): Framing {
	const firstCovered = options.covers === "stx_to_etx" ? 0 : 1;
	const rule: FrameRule = {
		maxFrame: options.maxPayload + overhead,
		roles: byteRoles([stx], []),
		resync: "next_byte",
		measure(buffer, start, end) {
			if (end - start < 3) {
				return 3;
			}
			const length = lengthAt(buffer, start + 1);
			return length > options.maxPayload ? "too_long" : length + overhead;
		},
		open(buffer, start, length): Bytes | GarbageReason {
			const last = start + length - 1;
			if (buffer[last - 1] !== etx) {
				return "bad_length";
			}
			if (check(buffer, start + firstCovered, last) !== buffer[last]) {
				return "bad_check";
			}
			return copyBytes(buffer, start + 3, last - 1);
		},
	};
	return {
		name: "stx-length",
		encode(payload) {
			if (payload.length > options.maxPayload) {
				throw new RangeError(`payload of ${payload.length} bytes, at most ${options.maxPayload} fit`);
			}
			const frame = new Uint8Array(payload.length + overhead);
			frame.set([stx, payload.length >> 8, payload.length & 0xff]);
			frame.set(payload, 3);
			frame[frame.length - 2] = etx;
			frame[frame.length - 1] = check(frame, firstCovered, frame.length - 1);
			return frame;
		},
		decoder: () => new FrameDecoder(rule),
	};
}

function lengthAt(buffer: Uint8Array, at: number): number {
	return ((buffer[at] ?? 0) << 8) | (buffer[at + 1] ?? 0);
}

/** Exclusive-or of the bytes from `from` up to, not including, `to`; in place, for the hot path. */
function check(buffer: Uint8Array, from: number, to: number): number {
	let sum = 0;
	for (let at = from; at < to; at++) {
		sum ^= buffer[at] ?? 0;
	}
	return sum;
}
