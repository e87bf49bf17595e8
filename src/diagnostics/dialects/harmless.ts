import { type Bytes, concatBytes } from "../../wire/bytes.ts";
import type { Framing, GarbageReason } from "../../wire/framing.ts";

/** Takes the place of what nobody may see: a digit in text and in hex text, and no beginning of a card number. */
export const filler = 0x30;

/** Begins no frame and means nothing by itself in any framing here: noise stays noise. */
const noise = 0x7f;

/** So few bytes of a frame say what it is; they hold no secret. */
const shownOfDamaged = 5;
const shownOfNoise = 2;

/** The first bytes as they are, as many harmless ones in the place of the rest. */
export function keepFirst(bytes: Uint8Array, count: number): Bytes {
	return Uint8Array.from(bytes, (byte, index) => (index < count ? byte : filler));
}

/**
 * Bytes that belong to no frame, as many, and still garbage when they are decoded again. They may be the rest of a frame
 * with anything in it, so only the beginning is shown.
 * @param checkFromEnd place of a check character, counted from the last byte as 1
 */
export function harmlessGarbage(
	{ framing, checkFromEnd }: { readonly framing: Framing; readonly checkFromEnd: number },
	bytes: Uint8Array,
	reason: GarbageReason,
): Bytes {
	if (reason === "no_start") {
		return Uint8Array.from(bytes, (byte, index) => (index < shownOfNoise ? byte : noise));
	}
	const masked = Uint8Array.from(bytes, (byte, index) => (index < shownOfDamaged || isMark(byte) ? byte : filler));
	const at = masked.length - checkFromEnd;
	const isWhole = framing
		.decoder()
		.push(masked)
		.some(({ kind }) => kind === "data");
	return isWhole
		? concatBytes(masked.subarray(0, at), Uint8Array.of((masked[at] ?? 0) ^ 1), masked.subarray(at + 1))
		: masked;
}

/** Control characters hold a frame together, and carry nothing. */
function isMark(byte: number): boolean {
	return byte < 0x20;
}
