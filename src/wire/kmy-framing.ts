import { type Bytes, latin1 } from "./bytes.ts";
import { byteRoles, FrameDecoder, type FrameRule } from "./frame-decoder.ts";
import type { Framing, GarbageReason } from "./framing.ts";
import { toHex } from "./hex.ts";
import { lrc } from "./lrc.ts";

const stx = 0x02;
const etx = 0x03;
/** Longest payload in bytes: status or command, and data. */
const maxPayload = 1025;
/** The marks, and the hex text of length, payload and check byte. */
const frameLength = (payloadLength: number): number => 2 + 2 * (payloadLength + 2);

/**
 * Single bytes that a pad sends while a PIN is typed: a digit (shown as `*`), clear, cancel, enter, and timed out
 * in either of two ways. None of them is a hex digit, so that the rest of a broken frame cannot look like a key.
 */
export const kmyKeys = {
	digit: 0x2a,
	clear: 0x08,
	cancel: 0x1b,
	enter: 0x0d,
	timedOut: 0x80,
	timedOutToo: 0x00,
} as const;

/** The value of a hex digit character, 255 for all others. Pads send upper case; lower case is read as well. */
const digits = new Uint8Array(256).fill(255);
for (let value = 0; value < 16; value++) {
	digits[value.toString(16).charCodeAt(0)] = value;
	digits[value.toString(16).toUpperCase().charCodeAt(0)] = value;
}

const rule: FrameRule = {
	maxFrame: frameLength(maxPayload),
	roles: byteRoles([stx], Object.values(kmyKeys)),
	resync: "next_byte",
	measure(buffer, start, end) {
		const limit = Math.min(end, start + frameLength(maxPayload));
		for (let at = start + 1; at < limit; at++) {
			const byte = buffer[at] ?? 0;
			if (byte === etx) {
				return at + 1 - start;
			}
			if (digits[byte] === 255) {
				return "bad_body";
			}
		}
		return limit - start === frameLength(maxPayload) ? "too_long" : limit - start + 1;
	},
	open(buffer, start, length): Bytes | GarbageReason {
		if (length < frameLength(1) || length % 2 !== 0) {
			return "bad_length";
		}
		const body = unhex(buffer, start + 1, length - 2);
		const count = body.length - 2;
		if (body[0] !== lengthByte(count)) {
			return "bad_length";
		}
		// The exclusive-or over everything including the check byte is zero when the check is right.
		return lrc(body) === 0 ? body.slice(1, -1) : "bad_check";
	},
};

/**
 * KMY350x, SZZT ZT C70/C90: `02 hex(Ln CMD|ST DATA BCC) 03`, the body as hex text, so that the marks never occur in it.
 * `Ln` counts the payload and is 0 above 255; `BCC` is the exclusive-or of the binary bytes before it.
 * Between frames the pad sends bare key bytes (`kmyKeys`), which come out as `control`.
 */
export const kmyFraming: Framing = {
	name: "kmy",
	encode(payload) {
		if (payload.length === 0 || payload.length > maxPayload) {
			throw new RangeError(`payload of ${payload.length} bytes, between 1 and ${maxPayload} fit`);
		}
		const length = lengthByte(payload.length);
		const check = length ^ lrc(payload);
		return latin1(`\x02${toHex(Uint8Array.of(length, ...payload, check))}\x03`);
	},
	decoder: () => new FrameDecoder(rule),
};

function lengthByte(count: number): number {
	return count > 255 ? 0 : count;
}

function unhex(buffer: Uint8Array, from: number, characters: number): Bytes {
	const bytes = new Uint8Array(characters / 2);
	for (let index = 0; index < bytes.length; index++) {
		const high = digits[buffer[from + 2 * index] ?? 0] ?? 0;
		const low = digits[buffer[from + 2 * index + 1] ?? 0] ?? 0;
		bytes[index] = (high << 4) | low;
	}
	return bytes;
}
