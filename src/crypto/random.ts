import { randomFillSync } from "node:crypto";
import type { Bytes } from "../wire/bytes.ts";

/** Crockford's base 32: no I, L, O, U; in ASCII order, so that text sorts as the number does. */
const alphabet = "0123456789ABCDEFGHJKMNPQRSTVWXYZ";
const timeDigits = 10;
const randomDigits = 16;

/** `length` bytes from the operating system's generator. */
export function randomBytes(length: number): Bytes {
	return randomFillSync(new Uint8Array(length));
}

/**
 * A new id: the prefix and 26 letters and digits, as in a ULID: 48 bits of time in milliseconds, then 80 random bits.
 * Ids of different milliseconds sort by time; within one millisecond their order is random.
 */
export function randomId(prefix: `${string}_`): string {
	const random = Array.from(randomBytes(randomDigits), (byte) => alphabet.charAt(byte & 31));
	return `${prefix}${timeText(Date.now())}${random.join("")}`;
}

function timeText(epochMs: number): string {
	const digits = Array.from({ length: timeDigits }, (_, index) => {
		const weight = 32 ** (timeDigits - 1 - index);
		return alphabet.charAt(Math.floor(epochMs / weight) % 32);
	});
	return digits.join("");
}
