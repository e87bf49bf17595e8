import { type Bytes, concatBytes } from "../../wire/bytes.ts";
import { constantTimeEqual } from "../digest.ts";
import type { KeyBlockVersion } from "../key-block-header.ts";
import { aes, aesCounterMode } from "./aes.ts";
import { cmacAes, cmacTdes } from "./cmac.ts";
import { deriveKeyBlockKeys, type Kbpk, type KeyBlockKeys } from "./key-block-keys.ts";
import { leftmost, macAlgorithm1Tdes } from "./mac.ts";
import { tdes } from "./tdes.ts";

/** What a version asks of the lengths inside a key block, in bytes. */
interface KeyBlockShape {
	/** The header and the enciphered part each come in whole units: cipher blocks, or bytes in counter mode. */
	readonly unit: 1 | 8 | 16;
	readonly macLength: 4 | 8 | 16;
}

export const keyBlockShapes: Readonly<Record<KeyBlockVersion, KeyBlockShape>> = {
	A: { unit: 8, macLength: 4 },
	B: { unit: 8, macLength: 8 },
	C: { unit: 8, macLength: 4 },
	D: { unit: 16, macLength: 16 },
	E: { unit: 1, macLength: 16 },
};

/** The enciphered part and the MAC of a key block. */
export interface ProtectedPayload {
	readonly ciphertext: Bytes;
	readonly mac: Bytes;
}

interface PayloadProtection {
	readonly version: KeyBlockVersion;
	readonly kbpk: Kbpk;
	/** The header as it stands in the key block, with its final length field. */
	readonly header: Bytes;
}

/**
 * Enciphers and authenticates the clear payload of a key block, header included.
 * @throws CryptoError `key_invalid` for a KBPK that does not fit the version
 */
export function protectPayload(protection: PayloadProtection, payload: Bytes): ProtectedPayload {
	return withKeys(protection, (keys) => {
		if (macCoversCiphertext(protection.version)) {
			const ciphertext = encipher(protection, keys, { data: payload, iv: protection.header.subarray(0, 8) });
			return { ciphertext, mac: macOf(protection, keys, ciphertext) };
		}
		const mac = macOf(protection, keys, payload);
		return { ciphertext: encipher(protection, keys, { data: payload, iv: mac }), mac };
	});
}

/**
 * The clear payload, or undefined when the MAC does not verify.
 * @throws CryptoError `key_invalid` for a KBPK that does not fit the version
 */
export function unprotectPayload(
	protection: PayloadProtection,
	{ ciphertext, mac }: ProtectedPayload,
): Bytes | undefined {
	return withKeys(protection, (keys) => {
		const overCiphertext = macCoversCiphertext(protection.version);
		const iv = overCiphertext ? protection.header.subarray(0, 8) : mac;
		const payload = decipher(protection, keys, { data: ciphertext, iv });
		const expected = macOf(protection, keys, overCiphertext ? ciphertext : payload);
		if (constantTimeEqual(expected, mac)) {
			return payload;
		}
		payload.fill(0);
		return undefined;
	});
}

interface CipherInput {
	readonly data: Bytes;
	readonly iv: Bytes;
}

function encipher({ version }: PayloadProtection, keys: KeyBlockKeys, { data, iv }: CipherInput): Bytes {
	if (keys.cipher === "tdes") {
		return tdes(keys.kbek).encipherCbc(iv, data);
	}
	return version === "E" ? aesCounterMode(keys.kbek, iv, data) : aes(keys.kbek).encipherCbc(iv, data);
}

function decipher({ version }: PayloadProtection, keys: KeyBlockKeys, { data, iv }: CipherInput): Bytes {
	if (keys.cipher === "tdes") {
		return tdes(keys.kbek).decipherCbc(iv, data);
	}
	return version === "E" ? aesCounterMode(keys.kbek, iv, data) : aes(keys.kbek).decipherCbc(iv, data);
}

function macOf({ version, header }: PayloadProtection, keys: KeyBlockKeys, covered: Bytes): Bytes {
	const data = concatBytes(header, covered);
	if (keys.cipher === "aes") {
		return cmacAes(keys.kbak, data);
	}
	return version === "B" ? cmacTdes(keys.kbak, data) : leftmost(macAlgorithm1Tdes(keys.kbak, data, 1), 4);
}

/** A and C authenticate what is sent and take the header as IV; the others authenticate the payload, and its MAC is the IV. */
function macCoversCiphertext(version: KeyBlockVersion): boolean {
	return version === "A" || version === "C";
}

function withKeys<Result>({ version, kbpk }: PayloadProtection, use: (keys: KeyBlockKeys) => Result): Result {
	const keys = deriveKeyBlockKeys(version, kbpk);
	try {
		return use(keys);
	} finally {
		keys.kbek.fill(0);
		keys.kbak.fill(0);
	}
}
