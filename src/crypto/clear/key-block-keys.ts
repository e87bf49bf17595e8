import { type Bytes, concatBytes } from "../../wire/bytes.ts";
import { CryptoError } from "../crypto-error.ts";
import type { KeyBlockVersion } from "../key-block-header.ts";
import { type ClearAesKey, type ClearKeyBytes, type ClearTdesKey, clearAesKey, clearTdesKey } from "./clear-keys.ts";
import { cmacAes, cmacTdes } from "./cmac.ts";

/** The two keys a key block protection key works through: one enciphers, one authenticates. */
export type KeyBlockKeys =
	| { readonly cipher: "tdes"; readonly kbek: ClearTdesKey; readonly kbak: ClearTdesKey }
	| { readonly cipher: "aes"; readonly kbek: ClearAesKey; readonly kbak: ClearAesKey };

/** Key usage indicators of the derivation data (X9.143 table 4, ISO 20038 for counter mode). */
const encipherCbc = 0;
const authenticate = 1;
const encipherCounterMode = 2;

/**
 * Key block encipherment and authentication key (X9.143 clause 7, ISO 20038 clause 6).
 * @param kbpk A and C: TDES of 8, 16 or 24 bytes; B: TDES of 16 or 24 bytes; D and E: AES
 * @throws CryptoError `key_invalid` for a KBPK that does not fit the version
 */
export function deriveKeyBlockKeys(version: KeyBlockVersion, kbpk: ClearKeyBytes): KeyBlockKeys {
	if (version === "A" || version === "C") {
		const key = clearTdesKey(kbpk);
		return { cipher: "tdes", kbek: variant(key, 0x45), kbak: variant(key, 0x4d) };
	}
	if (version === "B") {
		const key = clearTdesKey(kbpk);
		return { cipher: "tdes", kbek: derivedTdes(key, encipherCbc), kbak: derivedTdes(key, authenticate) };
	}
	const key = clearAesKey(kbpk);
	const encipher = version === "D" ? encipherCbc : encipherCounterMode;
	return { cipher: "aes", kbek: derivedAes(key, encipher), kbak: derivedAes(key, authenticate) };
}

function variant(key: ClearTdesKey, mask: number): ClearTdesKey {
	return clearTdesKey(key.map((byte) => byte ^ mask));
}

function derivedTdes(kbpk: ClearTdesKey, usage: number): ClearTdesKey {
	if (kbpk.length === 8) {
		throw new CryptoError("key_invalid", "a version B KBPK has 16 or 24 bytes");
	}
	const algorithm = kbpk.length === 16 ? 0 : 1;
	const blocks = derivationData(kbpk, usage, algorithm, 8).map((data) => cmacTdes(kbpk, data));
	return clearTdesKey(concatBytes(...blocks));
}

function derivedAes(kbpk: ClearAesKey, usage: number): ClearAesKey {
	const algorithm = kbpk.length / 8;
	const blocks = derivationData(kbpk, usage, algorithm, 16).map((data) => cmacAes(kbpk, data));
	return clearAesKey(concatBytes(...blocks).slice(0, kbpk.length));
}

/** Counter | usage | 00 | algorithm | bits, once for each block of the new key (X9.143 table 4). */
function derivationData(kbpk: ClearKeyBytes, usage: number, algorithm: number, blockSize: number): readonly Bytes[] {
	const bits = kbpk.length * 8;
	return Array.from({ length: Math.ceil(kbpk.length / blockSize) }, (_, index) =>
		Uint8Array.of(index + 1, 0, usage, 0, 0, algorithm, bits >> 8, bits & 0xff),
	);
}
