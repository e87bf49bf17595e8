import type { Bytes } from "../../wire/bytes.ts";
import { aes } from "./aes.ts";
import { type ClearAesKey, type ClearKeyBytes, type ClearTdesKey, clearAesKey, clearTdesKey } from "./clear-keys.ts";
import { cmacAes, cmacTdes } from "./cmac.ts";
import { leftmost } from "./mac.ts";
import { tdes } from "./tdes.ts";

/** How a check value is made: by enciphering a zero block (TDES by custom), or by its CMAC (AES by X9.24-1). */
type KcvMethod = "ecb-zeros" | "cmac";

/** How a check value is made and how much of it is kept. */
export interface KcvForm {
	readonly method: KcvMethod;
	/** In bytes: 3 by custom, 4 for UnionPay working keys, 5 at most for AES by PCI PIN 15-1. */
	readonly length: number;
}

/** A key check value. It means nothing without its method, so the two never part. */
export interface KeyCheckValue extends KcvForm {
	readonly value: Bytes;
}

/**
 * Check value of a clear key: of a TDES key by custom `ecb-zeros`, of an AES key by X9.24-1 `cmac`.
 * @throws CryptoError `key_invalid` when the length of the key does not fit the algorithm, `length_invalid` unless the
 * length of the value is from 1 to one block (8 or 16 bytes)
 */
export function kcv(algorithm: "TDES" | "AES", key: ClearKeyBytes, form: KcvForm): KeyCheckValue {
	const whole =
		algorithm === "TDES" ? ofTdesKey(clearTdesKey(key), form.method) : ofAesKey(clearAesKey(key), form.method);
	return { ...form, value: leftmost(whole, form.length) };
}

function ofTdesKey(key: ClearTdesKey, method: KcvMethod): Bytes {
	const zeros = new Uint8Array(8);
	return method === "cmac" ? cmacTdes(key, zeros) : tdes(key).encipherEcb(zeros);
}

function ofAesKey(key: ClearAesKey, method: KcvMethod): Bytes {
	const zeros = new Uint8Array(16);
	return method === "cmac" ? cmacAes(key, zeros) : aes(key).encipherEcb(zeros);
}
