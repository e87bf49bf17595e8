import { Sensitive } from "./sensitive.ts";

/** A primary account number of 13 to 19 digits (ISO/IEC 7812-1) as ASCII bytes; shows first six and last four. */
export type Pan = Sensitive;

/** Reads a PAN; undefined when it is not one. The check digit is not tested: not every scheme has it. */
export function parsePan(text: string): Pan | undefined {
	return /^\d{13,19}$/.test(text) ? Sensitive.text(text, maskPan(text)) : undefined;
}

/** First six and last four digits, stars between (PCI DSS 3.4.1); shorter numbers show nothing. */
export function maskPan(digits: string): string {
	return digits.length < 13
		? "*".repeat(digits.length)
		: `${digits.slice(0, 6)}${"*".repeat(digits.length - 10)}${digits.slice(-4)}`;
}

/** The twelve rightmost digits without the check digit, as ASCII bytes (ISO 9564-1 formats 0 and 3). A copy: wipe it. */
export function pinBlockDigits(pan: Pan): Uint8Array<ArrayBuffer> {
	return pan.reveal().slice(-13, -1);
}
