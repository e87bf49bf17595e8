import type { Bytes } from "../wire/bytes.ts";
import { fromHex, toHex } from "../wire/hex.ts";

/**
 * Bytes of a trace as text. The colons keep digits of neighbouring bytes apart: without them half of all binary frames
 * would look like card numbers to whoever scans the file.
 */
export function showHex(bytes: Uint8Array): string {
	return (toHex(bytes).match(/../g) ?? []).join(":");
}

/** @throws RangeError for anything that `showHex` does not write */
export function readHex(text: string): Bytes {
	return fromHex(text.replaceAll(":", ""));
}
