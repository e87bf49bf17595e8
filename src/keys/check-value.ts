import { z } from "zod";
import type { BlockCipher } from "../crypto/clear/block-cipher.ts";
import { cmac } from "../crypto/clear/cmac.ts";
import { constantTimeEqual, sha256 } from "../crypto/digest.ts";
import { Fault } from "../kernel/fault.ts";
import { concatBytes, latin1 } from "../wire/bytes.ts";
import { fromHex, toHex } from "../wire/hex.ts";
import { type KeyAlgorithm, keyAlgorithms } from "./key-kind.ts";

/** How check values are made: a zero block enciphered (TDES by custom), or its CMAC (AES by X9.24-1). */
const kcvMethodSchema = z.enum(["ecb-zeros", "cmac"]);
export type KcvMethod = z.infer<typeof kcvMethodSchema>;

/** A check value as text that anybody may read: at most 6 hex digits of TDES, 10 of AES (PCI PIN requirement 15-1). */
export const checkValueSchema = z.strictObject({
	method: kcvMethodSchema,
	value: z.string().regex(/^(?:[0-9A-F]{2}){3,5}$/),
});
export type CheckValue = z.infer<typeof checkValueSchema>;

const shown = {
	TDES: { method: "ecb-zeros", length: 3 },
	AES: { method: "cmac", length: 5 },
} as const;

/** Longer values are compared as far as both go; fewer bytes prove too little. */
const leastCompared = 3;

/** The check value of a key as it is shown and recorded. */
export function checkValueOf(algorithm: KeyAlgorithm, cipher: BlockCipher): CheckValue {
	const { method, length } = shown[keyAlgorithms[algorithm].cipher];
	return { method, value: toHex(wholeCheckValue(method, cipher).subarray(0, length)) };
}

/**
 * True when a check value from elsewhere (3 to 8 bytes) belongs to this key. A value of the other method, or one too
 * short to prove anything, does not.
 */
export function isCheckValueOf(cipher: BlockCipher, method: KcvMethod, value: Uint8Array): boolean {
	const whole = wholeCheckValue(method, cipher);
	return (
		value.length >= leastCompared &&
		value.length <= whole.length &&
		constantTimeEqual(whole.subarray(0, value.length), value)
	);
}

/** True when two check values agree as far as both go. */
export function checkValuesAgree(left: CheckValue, right: CheckValue): boolean {
	const length = Math.min(left.value.length, right.value.length);
	return (
		left.method === right.method &&
		length >= 2 * leastCompared &&
		left.value.slice(0, length) === right.value.slice(0, length)
	);
}

/** A check value as it comes from a pad or a form, cut to what may be recorded. */
export function shownCheckValue(method: KcvMethod, value: Uint8Array): CheckValue {
	const { length } = method === "cmac" ? shown.AES : shown.TDES;
	return { method, value: toHex(value.subarray(0, length)) };
}

/**
 * What two records of one key have in common, and nobody can go back from: 8 bytes of a hash over two enciphered
 * blocks, as hex. For telling duplicates, where a check value of three bytes would be wrong too often.
 */
export function fingerprintOf(cipher: BlockCipher): string {
	const blocks = latin1("tillbridge: is this key loaded twice?".slice(0, 2 * 16));
	return toHex(sha256(latin1("key fingerprint 1"), cipher.encipherEcb(blocks)).subarray(0, 8));
}

/**
 * The check value on a form: 6 to 16 hex digits, made by the method that is usual for the algorithm.
 * @throws Fault `kcv_differs` for anything else
 */
export function parseCheckValue(algorithm: KeyAlgorithm, text: string): CheckValue {
	if (!/^(?:[0-9A-Fa-f]{2}){3,8}$/.test(text)) {
		throw new Fault("kcv_differs", { detail: "A check value has 6 to 16 hex digits" });
	}
	return shownCheckValue(shown[keyAlgorithms[algorithm].cipher].method, fromHex(text));
}

function wholeCheckValue(method: KcvMethod, cipher: BlockCipher): Uint8Array {
	const zeros = new Uint8Array(cipher.blockSize);
	return method === "cmac" ? cmac(cipher, concatBytes(zeros)) : cipher.encipherEcb(zeros);
}
