import { isBcdByte, nibbleOfCode } from "../wire/bcd.ts";
import { type FieldSpec, maximumLength } from "./message-spec.ts";

/** Where a field lies in a message: its value in units (characters, or bytes for `b`) and in bytes on the wire. */
export interface FieldExtent {
	readonly start: number;
	readonly units: number;
	readonly bytes: number;
}

/** Bytes a value of so many units takes on the wire. */
export function wireLength(spec: FieldSpec, units: number): number {
	switch (spec.encoding) {
		case "bcd":
			return (units + 1) >> 1;
		case "hex":
			return units * 2;
		case "ascii":
		case "binary":
			return units;
	}
}

/** Digits of the length prefix; 0 for a field of fixed length. */
export function prefixDigits(spec: FieldSpec): 0 | 2 | 3 {
	if ("fixed" in spec.length) {
		return 0;
	}
	return "ll" in spec.length ? 2 : 3;
}

/** Bytes of the length prefix. */
export function prefixBytes(digits: 0 | 2 | 3, lengths: "bcd" | "ascii" | "binary"): number {
	return lengths === "ascii" ? digits : Math.ceil(digits / 2);
}

/** First nibble of the value inside its BCD bytes: an odd fixed number sits at the right end unless told otherwise. */
export function firstNibble(spec: FieldSpec, units: number): 0 | 1 {
	const right = "fixed" in spec.length && spec.align !== "left";
	return right && units % 2 === 1 ? 1 : 0;
}

const digit = (code: number): boolean => code >= 0x30 && code <= 0x39;
const upper = (code: number): boolean => code >= 0x41 && code <= 0x5a;
const lower = (code: number): boolean => code >= 0x61 && code <= 0x7a;

const allowed: Readonly<Record<FieldSpec["content"], Uint8Array>> = {
	n: codes(digit),
	an: codes((code) => digit(code) || upper(code) || lower(code) || code === 0x20),
	ans: codes(() => true),
	// Enciphered tracks hold every hex digit.
	z: codes((code) => (nibbleOfCode[code] ?? 0xff) !== 0xff),
	b: codes(() => true),
};

/** For each character code: 1 when the content type allows it. */
export function allowedCodes(spec: FieldSpec): Uint8Array {
	return allowed[spec.content];
}

/** True when the BCD bytes hold only what the content allows. The spare nibble is not looked at: writers differ. */
export function bcdIsClean(spec: FieldSpec, bytes: Uint8Array, extent: FieldExtent): boolean {
	if (spec.content === "z") {
		return true;
	}
	const spare = extent.units % 2;
	const first = firstNibble(spec, extent.units);
	const from = extent.start + (spare === 1 && first === 1 ? 1 : 0);
	const to = extent.start + extent.bytes - (spare === 1 && first === 0 ? 1 : 0);
	for (let at = from; at < to; at++) {
		if (isBcdByte[bytes[at] ?? 0xff] !== 1) {
			return false;
		}
	}
	return spare === 0 || lonelyDigit(bytes, extent, first) < 10;
}

function lonelyDigit(bytes: Uint8Array, extent: FieldExtent, first: 0 | 1): number {
	return first === 1 ? (bytes[extent.start] ?? 0xff) & 0x0f : (bytes[extent.start + extent.bytes - 1] ?? 0xff) >> 4;
}

/** True when a length from the wire is possible for this field. */
export function lengthFits(spec: FieldSpec, units: number): boolean {
	return units <= maximumLength(spec);
}

function codes(test: (code: number) => boolean): Uint8Array {
	return Uint8Array.from({ length: 256 }, (_, code) => (test(code) ? 1 : 0));
}
