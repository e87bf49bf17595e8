import type { Bytes } from "./bytes.ts";

/** Upper-case hex text, two characters a byte. */
export function toHex(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("hex").toUpperCase();
}

/** True for an even number of hex digits in any case, spaces not allowed. */
export function isHex(text: string): boolean {
	return text.length % 2 === 0 && /^[0-9A-Fa-f]*$/.test(text);
}

/**
 * Bytes from hex text in any case.
 * @throws RangeError on an odd length or a character that is not a hex digit
 */
export function fromHex(text: string): Bytes {
	if (!isHex(text)) {
		throw new RangeError("expected an even number of hex digits");
	}
	return Uint8Array.from(Buffer.from(text, "hex"));
}
