import { type Bytes, concatBytes } from "../../wire/bytes.ts";
import { CryptoError } from "../crypto-error.ts";
import { aesKsnCounter } from "../ksn.ts";
import { aes } from "./aes.ts";
import { type ClearAesKey, type ClearKeyBytes, clearAesKey, usingSecret } from "./clear-keys.ts";

/** Key usage indicators (X9.24-3:2017 table 2). */
const usages = {
	kek: 0x0002,
	pin: 0x1000,
	mac_gen: 0x2000,
	mac_ver: 0x2001,
	mac_both: 0x2002,
	data_enc: 0x3000,
	data_dec: 0x3001,
	data_both: 0x3002,
} as const;
const keyDerivation = 0x8000;
const initialKeyDerivation = 0x8001;

/** Algorithm indicators and key lengths (X9.24-3:2017 table 2 and clause 6.2.2). */
const algorithms = {
	TDES2: { family: "tdes", indicator: 0, bits: 128 },
	TDES3: { family: "tdes", indicator: 1, bits: 192 },
	AES128: { family: "aes", indicator: 2, bits: 128 },
	AES192: { family: "aes", indicator: 3, bits: 192 },
	AES256: { family: "aes", indicator: 4, bits: 256 },
	HMAC128: { family: "hmac", indicator: 5, bits: 128 },
	HMAC192: { family: "hmac", indicator: 5, bits: 192 },
	HMAC256: { family: "hmac", indicator: 5, bits: 256 },
} as const;

/** What an AES DUKPT working key is for, from the side of the device. */
export type AesDukptUsage = keyof typeof usages;
/** What a working key is used with. TDES keys come out without parity adjustment. */
export type AesDukptAlgorithm = keyof typeof algorithms;

export interface AesWorkingKeyKind {
	readonly usage: AesDukptUsage;
	readonly algorithm: AesDukptAlgorithm;
}

interface DerivationData {
	readonly usage: number;
	readonly algorithm: AesDukptAlgorithm;
	/** Initial key id (8 bytes), or its right half and the transaction counter. */
	readonly keyId: Bytes;
}

/** Counter that no transaction uses: its KEK transports the next initial key. */
const updateCounter = 0xffff_ffff;

/**
 * Initial key of one device, as long as the base derivation key (X9.24-3:2017 clause 6.3).
 * @param ikid initial key id, 8 bytes: the left part of the key serial number
 * @throws CryptoError `ksn_invalid` unless the id has 8 bytes
 */
export function deriveAesInitialKey(bdk: ClearAesKey, ikid: Bytes): ClearAesKey {
	requireIkid(ikid);
	return clearAesKey(
		derive(bdk, { usage: initialKeyDerivation, algorithm: sameLength(bdk), keyId: concatBytes(ikid) }),
	);
}

/**
 * Derivation key of one key serial number (12 bytes): one step for each one bit of the counter, from the highest.
 * @throws CryptoError `ksn_invalid` also for a counter never to be used
 */
export function deriveAesDerivationKey(initialKey: ClearAesKey, ksn: Bytes): ClearAesKey {
	return derivationKeyAt(initialKey, ksn.slice(4, 8), aesKsnCounter(ksn));
}

/**
 * Working key of a derivation key; `ksn` is the one (12 bytes) the derivation key was made for.
 * @throws CryptoError `ksn_invalid`; `key_invalid` for a key stronger than the derivation key, or HMAC without MAC usage
 */
export function deriveAesWorkingKey(derivationKey: ClearAesKey, ksn: Bytes, kind: AesWorkingKeyKind): ClearKeyBytes {
	return workingKeyAt(derivationKey, counterId(ksn.slice(4, 8), aesKsnCounter(ksn)), kind);
}

/**
 * Key encryption key that transports the next initial key to the device (X9.24-3:2017 clause 6.5, "update key").
 * @throws CryptoError `ksn_invalid` unless the id has 8 bytes; `key_invalid` for a key stronger than the initial key
 */
export function deriveAesUpdateKey(initialKey: ClearAesKey, ikid: Bytes, algorithm: AesDukptAlgorithm): ClearKeyBytes {
	requireIkid(ikid);
	const derivationId = ikid.slice(4);
	return usingSecret(derivationKeyAt(initialKey, derivationId, updateCounter), (key) =>
		workingKeyAt(key, counterId(derivationId, updateCounter), { usage: "kek", algorithm }),
	);
}

function derivationKeyAt(initialKey: ClearAesKey, derivationId: Bytes, counter: number): ClearAesKey {
	let key = clearAesKey(concatBytes(initialKey));
	let reached = 0;
	for (let bit = 0x8000_0000; bit > 0; bit >>>= 1) {
		if ((counter & bit) !== 0) {
			reached += bit;
			const keyId = counterId(derivationId, reached);
			key = usingSecret(key, (parent) =>
				clearAesKey(derive(parent, { usage: keyDerivation, algorithm: sameLength(parent), keyId })),
			);
		}
	}
	return key;
}

function workingKeyAt(derivationKey: ClearAesKey, keyId: Bytes, kind: AesWorkingKeyKind): ClearKeyBytes {
	const { family, bits } = algorithms[kind.algorithm];
	if (family !== "tdes" && bits > derivationKey.length * 8) {
		throw new CryptoError("key_invalid", `${kind.algorithm} is stronger than the key it would be derived from`);
	}
	if (family === "hmac" && !kind.usage.startsWith("mac_")) {
		throw new CryptoError("key_invalid", `an HMAC key is for MACs only, not for ${kind.usage}`);
	}
	return derive(derivationKey, { usage: usages[kind.usage], algorithm: kind.algorithm, keyId });
}

/** As many enciphered counter blocks as the new key is long (X9.24-3:2017 clause 6.3.1). */
function derive(key: ClearAesKey, { usage, algorithm, keyId }: DerivationData): Bytes {
	const { indicator, bits } = algorithms[algorithm];
	const block = (number: number): Bytes =>
		concatBytes(Uint8Array.of(1, number), uint16(usage), uint16(indicator), uint16(bits), keyId);
	const blocks = bits > 128 ? concatBytes(block(1), block(2)) : block(1);
	return usingSecret(aes(key).encipherEcb(blocks), (material) => material.slice(0, bits / 8));
}

function sameLength(key: ClearAesKey): AesDukptAlgorithm {
	switch (key.length) {
		case 16:
			return "AES128";
		case 24:
			return "AES192";
		default:
			return "AES256";
	}
}

function counterId(derivationId: Bytes, counter: number): Bytes {
	const id = concatBytes(derivationId, new Uint8Array(4));
	new DataView(id.buffer).setUint32(4, counter);
	return id;
}

function uint16(value: number): Bytes {
	return Uint8Array.of(value >> 8, value & 0xff);
}

function requireIkid(ikid: Bytes): void {
	if (ikid.length !== 8) {
		throw new CryptoError("ksn_invalid", `an initial key id has 8 bytes, got ${ikid.length}`);
	}
}
