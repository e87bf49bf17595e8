import { type Bytes, fromLatin1 } from "../../wire/bytes.ts";

/**
 * A card number for the pad, which wants one with a check digit and leaves that out of the PIN block again
 * (ISO 9564-1 format 0): the twelve digits and the digit that makes their sum right (ISO/IEC 7812-1 annex B).
 */
export function panOf(panDigits: Bytes): string {
	const sum = panDigits.reduce((total, digit, at) => total + weighed(digit & 0x0f, at % 2 === 1), 0);
	return fromLatin1(panDigits) + String((10 - (sum % 10)) % 10);
}

/** Every second digit counts twice, beginning with the one before the check digit; two digits are added up. */
function weighed(digit: number, twice: boolean): number {
	const value = twice ? 2 * digit : digit;
	return value > 9 ? value - 9 : value;
}
