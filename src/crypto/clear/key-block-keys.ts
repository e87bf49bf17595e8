import { type Bytes, concatBytes } from "../../wire/bytes.ts";
import { CryptoError } from "../crypto-error.ts";
import type { KeyBlockVersion } from "../key-block-header.ts";
import { aes } from "./aes.ts";
import type { BlockCipher } from "./block-cipher.ts";
import { type ClearAesKey, type ClearKeyBytes, type ClearTdesKey, clearAesKey, clearTdesKey } from "./clear-keys.ts";
import { cmac } from "./cmac.ts";
import { tdes } from "./tdes.ts";

/** The two keys a key block protection key works through: one enciphers, one authenticates. */
export type KeyBlockKeys =
	| { readonly cipher: "tdes"; readonly kbek: ClearTdesKey; readonly kbak: ClearTdesKey }
	| { readonly cipher: "aes"; readonly kbek: ClearAesKey; readonly kbak: ClearAesKey };

/** Key usage indicators of the derivation data (X9.143 table 4, ISO 20038 for counter mode). */
const encipherCbc = 0;
const authenticate = 1;
const encipherCounterMode = 2;

/** A KBPK that stays where it is, in a token for example: enough for versions B, D and E. */
interface HeldKbpk {
	readonly cipher: BlockCipher;
	/** Of the key, in bytes. */
	readonly length: number;
}

export type Kbpk = ClearKeyBytes | HeldKbpk;

/**
 * Key block encipherment and authentication key (X9.143 clause 7, ISO 20038 clause 6).
 * @param kbpk A and C: clear TDES of 8, 16 or 24 bytes; B: TDES of 16 or 24 bytes; D and E: AES
 * @throws CryptoError `key_invalid` for a KBPK that does not fit the version
 */
export function deriveKeyBlockKeys(version: KeyBlockVersion, kbpk: Kbpk): KeyBlockKeys {
	if (version === "A" || version === "C") {
		if (!(kbpk instanceof Uint8Array)) {
			throw new CryptoError("key_invalid", "a KBPK that stays where it is has no variants");
		}
		const key = clearTdesKey(kbpk);
		return { cipher: "tdes", kbek: variant(key, 0x45), kbak: variant(key, 0x4d) };
	}
	if (version === "B") {
		const held = holding(kbpk, 8);
		return { cipher: "tdes", kbek: derivedTdes(held, encipherCbc), kbak: derivedTdes(held, authenticate) };
	}
	const held = holding(kbpk, 16);
	const encipher = version === "D" ? encipherCbc : encipherCounterMode;
	return { cipher: "aes", kbek: derivedAes(held, encipher), kbak: derivedAes(held, authenticate) };
}

function variant(key: ClearTdesKey, mask: number): ClearTdesKey {
	return clearTdesKey(key.map((byte) => byte ^ mask));
}

function holding(kbpk: Kbpk, blockSize: 8 | 16): HeldKbpk {
	if (kbpk instanceof Uint8Array) {
		const cipher = blockSize === 8 ? tdes(clearTdesKey(kbpk)) : aes(clearAesKey(kbpk));
		return { cipher, length: kbpk.length };
	}
	if (kbpk.cipher.blockSize !== blockSize) {
		throw new CryptoError("key_invalid", "a KBPK of another algorithm than the version has");
	}
	return kbpk;
}

function derivedTdes({ cipher, length }: HeldKbpk, usage: number): ClearTdesKey {
	if (length === 8) {
		throw new CryptoError("key_invalid", "a version B KBPK has 16 or 24 bytes");
	}
	const algorithm = length === 16 ? 0 : 1;
	const blocks = derivationData(length, { usage, algorithm, blockSize: 8 }).map((data) => cmac(cipher, data));
	return clearTdesKey(concatBytes(...blocks));
}

function derivedAes({ cipher, length }: HeldKbpk, usage: number): ClearAesKey {
	const algorithm = length / 8;
	const blocks = derivationData(length, { usage, algorithm, blockSize: 16 }).map((data) => cmac(cipher, data));
	return clearAesKey(concatBytes(...blocks).slice(0, length));
}

interface Derivation {
	readonly usage: number;
	readonly algorithm: number;
	readonly blockSize: number;
}

/** Counter | usage | 00 | algorithm | bits, once for each block of the new key (X9.143 table 4). */
function derivationData(length: number, { usage, algorithm, blockSize }: Derivation): readonly Bytes[] {
	const bits = length * 8;
	return Array.from({ length: Math.ceil(length / blockSize) }, (_, index) =>
		Uint8Array.of(index + 1, 0, usage, 0, 0, algorithm, bits >> 8, bits & 0xff),
	);
}
