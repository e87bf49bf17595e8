import { copyBytes } from "./bytes.ts";
import { between, FrameDecoder, type FrameRule } from "./frame-decoder.ts";
import type { Framing } from "./framing.ts";

interface LengthPrefixOptions {
	/** Bytes; at most 65535. */
	readonly maxPayload: number;
}

/**
 * Two bytes of big-endian length, then that many bytes: how ISO 8583 hosts wrap messages on TCP.
 * There is no mark to find the next message by: after a length of 0 or above the limit the line is lost,
 * and whoever owns it closes it when it sees garbage `bad_length`.
 */
export function lengthPrefixFraming(options: LengthPrefixOptions): Framing {
	const rule: FrameRule = {
		maxFrame: options.maxPayload + 2,
		roles: new Uint8Array(256).fill(between.start),
		resync: "drop_all",
		measure(buffer, start, end) {
			if (end - start < 2) {
				return 2;
			}
			const length = ((buffer[start] ?? 0) << 8) | (buffer[start + 1] ?? 0);
			return length === 0 || length > options.maxPayload ? "bad_length" : length + 2;
		},
		open: (buffer, start, length) => copyBytes(buffer, start + 2, start + length),
	};
	return {
		name: "length-prefix",
		encode(payload) {
			if (payload.length === 0 || payload.length > options.maxPayload) {
				throw new RangeError(`payload of ${payload.length} bytes, between 1 and ${options.maxPayload} fit`);
			}
			const frame = new Uint8Array(payload.length + 2);
			frame.set([payload.length >> 8, payload.length & 0xff]);
			frame.set(payload, 2);
			return frame;
		},
		decoder: () => new FrameDecoder(rule),
	};
}
