import { copyBytes } from "./bytes.ts";
import { between, FrameDecoder, type FrameRule } from "./frame-decoder.ts";
import type { Framing } from "./framing.ts";
import { type LengthNotation, lengthPrefixes } from "./length-prefix.ts";

interface LengthPrefixOptions {
	/** Bytes; at most what the notation can tell. */
	readonly maxPayload: number;
	/** Two bytes big-endian unless told otherwise. */
	readonly notation?: LengthNotation;
	/** Whether the length counts its own bytes too. */
	readonly countsItself?: boolean;
	/** Whether a frame without payload may come: a sign of life. It is given as an empty payload, and may be written. */
	readonly mayBeEmpty?: boolean;
}

/**
 * A length, then that many bytes: how ISO 8583 hosts wrap messages on TCP.
 * There is no mark to find the next message by: after a length of 0 or above the limit the line is lost,
 * and whoever owns it closes it when it sees garbage `bad_length`.
 */
export function lengthPrefixFraming(options: LengthPrefixOptions): Framing {
	const { maxPayload, notation = "be16", countsItself = false, mayBeEmpty = false } = options;
	const prefix = lengthPrefixes[notation];
	const head = prefix.bytes;
	const counted = countsItself ? head : 0;
	const least = mayBeEmpty ? 0 : 1;
	if (maxPayload + counted > prefix.greatest) {
		throw new RangeError(`a length of ${maxPayload + counted} cannot be told, ${prefix.greatest} is the greatest`);
	}
	const rule: FrameRule = {
		maxFrame: maxPayload + head,
		roles: new Uint8Array(256).fill(between.start),
		resync: "drop_all",
		measure(buffer, start, end) {
			if (end - start < head) {
				return head;
			}
			const length = prefix.read(buffer, start) - counted;
			return length < least || length > maxPayload ? "bad_length" : length + head;
		},
		open: (buffer, start, length) => copyBytes(buffer, start + head, start + length),
	};
	return {
		name: "length-prefix",
		encode(payload) {
			if (payload.length < least || payload.length > maxPayload) {
				throw new RangeError(`payload of ${payload.length} bytes, between ${least} and ${maxPayload} fit`);
			}
			const frame = new Uint8Array(payload.length + head);
			prefix.write(payload.length + counted, frame);
			frame.set(payload, head);
			return frame;
		},
		decoder: () => new FrameDecoder(rule),
	};
}
