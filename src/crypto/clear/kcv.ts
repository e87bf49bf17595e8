import type { Bytes } from "../../wire/bytes.ts";
import { aes } from "./aes.ts";
import { type ClearAesKey, type ClearKeyBytes, type ClearTdesKey, clearAesKey, clearTdesKey } from "./clear-keys.ts";
import { cmacAes, cmacTdes } from "./cmac.ts";
import { leftmost } from "./mac.ts";
import { tdes } from "./tdes.ts";

/** How a check value is made: by enciphering a zero block (TDES by custom), or by its CMAC (AES by X9.24-1). */
export type KcvMethod = "ecb-zeros" | "cmac";

/** A key check value. It means nothing without its method, so the two never part. `length` is in bytes. */
export interface KeyCheckValue {
	readonly method: KcvMethod;
	readonly length: number;
	readonly value: Bytes;
}

export interface KcvForm {
	readonly method: KcvMethod;
	/** In bytes: 3 by custom, 4 for UnionPay working keys, 5 at most for AES by PCI PIN 15-1. */
	readonly length: number;
}

/**
 * Check value of a clear DES or TDES key.
 * @throws CryptoError `length_invalid` unless the length is from 1 to 8
 */
export function kcvTdes(key: ClearTdesKey, form: KcvForm): KeyCheckValue {
	const zeros = new Uint8Array(8);
	const whole = form.method === "cmac" ? cmacTdes(key, zeros) : tdes(key).encipherEcb(zeros);
	return { ...form, value: leftmost(whole, form.length) };
}

/**
 * Check value of a clear AES key; method `ecb-zeros` is the legacy one.
 * @throws CryptoError `length_invalid` unless the length is from 1 to 16
 */
export function kcvAes(key: ClearAesKey, form: KcvForm): KeyCheckValue {
	const zeros = new Uint8Array(16);
	const whole = form.method === "cmac" ? cmacAes(key, zeros) : aes(key).encipherEcb(zeros);
	return { ...form, value: leftmost(whole, form.length) };
}

/**
 * Check value of a clear key whose algorithm is only known by name.
 * @throws CryptoError `key_invalid` when the length does not fit the algorithm, `length_invalid` as above
 */
export function kcv(algorithm: "TDES" | "AES", key: ClearKeyBytes, form: KcvForm): KeyCheckValue {
	return algorithm === "TDES" ? kcvTdes(clearTdesKey(key), form) : kcvAes(clearAesKey(key), form);
}
