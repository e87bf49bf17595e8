import { createCipheriv, createDecipheriv } from "node:crypto";
import { type Bytes, concatBytes } from "../wire/bytes.ts";
import { CryptoError } from "./crypto-error.ts";
import { randomBytes } from "./random.ts";

/** Layout of a sealed secret: version (1 byte) | nonce (12) | ciphertext | tag (16). */
const version = Uint8Array.of(1);
const nonceLength = 12;
const tagLength = 16;
const keyLength = 32;

/**
 * Seals a secret for storage with AES-256-GCM (SP 800-38D) under a fresh random nonce.
 * The associated data is bound to the secret but not stored: `open` must be given the same bytes.
 * One key must not seal more than 2^32 secrets.
 * @throws CryptoError `key_invalid` unless the key has 32 bytes
 */
export function seal(key: Bytes, plaintext: Bytes, associatedData: Bytes): Bytes {
	requireSealKey(key);
	const nonce = randomBytes(nonceLength);
	const cipher = createCipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength });
	cipher.setAAD(concatBytes(version, associatedData));
	const ciphertext = concatBytes(cipher.update(plaintext), cipher.final());
	return concatBytes(version, nonce, ciphertext, cipher.getAuthTag());
}

/**
 * Opens what `seal` made.
 * @throws CryptoError `key_invalid` unless the key has 32 bytes
 * @throws CryptoError `seal_unverified` for everything else: too short, another version, wrong key, changed bytes
 */
export function open(key: Bytes, sealed: Bytes, associatedData: Bytes): Bytes {
	requireSealKey(key);
	if (sealed.length < version.length + nonceLength + tagLength || sealed[0] !== version[0]) {
		throw unverified();
	}
	const nonce = sealed.subarray(version.length, version.length + nonceLength);
	const ciphertext = sealed.subarray(version.length + nonceLength, -tagLength);
	const decipher = createDecipheriv("aes-256-gcm", key, nonce, { authTagLength: tagLength });
	decipher.setAAD(concatBytes(version, associatedData));
	decipher.setAuthTag(sealed.subarray(-tagLength));
	const plaintext = decipher.update(ciphertext);
	try {
		return concatBytes(plaintext, decipher.final());
	} catch {
		throw unverified();
	} finally {
		plaintext.fill(0);
	}
}

function requireSealKey(key: Bytes): void {
	if (key.length !== keyLength) {
		throw new CryptoError("key_invalid", `a sealing key has ${keyLength} bytes, got ${key.length}`);
	}
}

function unverified(): CryptoError {
	return new CryptoError("seal_unverified", "the sealed secret does not verify");
}
