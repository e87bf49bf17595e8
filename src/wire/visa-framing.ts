import { type Bytes, concatBytes } from "./bytes.ts";
import { byteRoles, FrameDecoder, type FrameRule } from "./frame-decoder.ts";
import type { Decoder, DecoderCounts, Frame, Framing, GarbageReason } from "./framing.ts";
import { lrc } from "./lrc.ts";

/** The control characters that make up frames (ISO 646). */
export const visaMarks = { stx: 0x02, etx: 0x03, so: 0x0e, si: 0x0f } as const;

/** Single bytes between frames: taken, take it again, over. */
export const visaControls = { eot: 0x04, ack: 0x06, nak: 0x15 } as const;

/** Start mark and text; the longest packets carry 224 characters of a message or a key block under another key. */
const maxPayload = 510;
const endAndCheck = 2;

const endOf = new Map<number, number>([
	[visaMarks.stx, visaMarks.etx],
	[visaMarks.si, visaMarks.so],
]);

/** 1 for each byte that cannot stand inside a frame: the link's own characters, and what is no 7-bit character. */
const isForbidden = Uint8Array.from({ length: 256 }, (_, byte) => Number(byte > 0x7f));
for (const byte of [...Object.values(visaMarks), ...Object.values(visaControls)]) {
	isForbidden[byte] = 1;
}

const rule: FrameRule = {
	maxFrame: maxPayload + endAndCheck,
	roles: byteRoles([visaMarks.stx, visaMarks.si], Object.values(visaControls)),
	resync: "whole_frame",
	measure(buffer, start, end) {
		const endMark = endOf.get(buffer[start] ?? 0);
		const limit = Math.min(end, start + maxPayload + 1);
		for (let at = start + 1; at < limit; at++) {
			const byte = buffer[at] ?? 0;
			if (byte === endMark) {
				return at + endAndCheck - start;
			}
			if (isForbidden[byte] === 1) {
				return "bad_body";
			}
		}
		return limit - start > maxPayload ? "too_long" : limit - start + endAndCheck;
	},
	open(buffer, start, length): Bytes | GarbageReason {
		// The exclusive-or over everything including the check byte is zero when the check is right.
		const isRight = lrc(buffer.subarray(start + 1, start + length)) === 0;
		return isRight ? buffer.slice(start, start + length - endAndCheck) : "bad_check";
	},
};

/**
 * VISA / VeriFone PINpad 1000SE packets: `STX text ETX LRC` for transactions, `SI text SO LRC` for administration.
 * A payload is the start mark and the text, so that it says which of the two it is; the LRC is the exclusive-or of what
 * follows the start mark, end mark included. Text is 7-bit: keys, key serial numbers and PIN blocks travel as hex.
 * ACK, NAK and EOT mean something only between frames; a check byte may have their values.
 * A pad set to 7 data bits and even parity on a port set to 8 and none shows its parity bit: such bytes are read by
 * their seven bits.
 */
export const visaFraming: Framing = {
	name: "visa",
	encode(payload) {
		const endMark = endOf.get(payload[0] ?? 0);
		if (endMark === undefined || payload.length > maxPayload) {
			throw new RangeError(`a payload begins with STX or SI and has at most ${maxPayload} bytes`);
		}
		if (payload.subarray(1).some((byte) => isForbidden[byte] === 1)) {
			throw new RangeError("the text holds a control character of the link, or more than seven bits");
		}
		return concatBytes(payload, Uint8Array.of(endMark, lrc(payload.subarray(1)) ^ endMark));
	},
	decoder: () => new SevenBitDecoder(),
};

class SevenBitDecoder implements Decoder {
	readonly #decoder = new FrameDecoder(rule);

	get counts(): DecoderCounts {
		return this.#decoder.counts;
	}

	push(chunk: Uint8Array): readonly Frame[] {
		const showsParity = chunk.some((byte) => byte > 0x7f);
		return this.#decoder.push(showsParity ? chunk.map(withoutParity) : chunk);
	}

	reset(): number {
		return this.#decoder.reset();
	}
}

/** The low seven bits of a byte of even parity; any other byte as it is. */
function withoutParity(byte: number): number {
	let ones = 0;
	for (let rest = byte; rest !== 0; rest &= rest - 1) {
		ones++;
	}
	return ones % 2 === 0 ? byte & 0x7f : byte;
}
