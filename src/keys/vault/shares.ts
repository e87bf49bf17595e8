import { hkdfSync, scryptSync } from "node:crypto";
import { usingSecret } from "../../crypto/clear/clear-keys.ts";
import { CryptoError } from "../../crypto/crypto-error.ts";
import { randomBytes } from "../../crypto/random.ts";
import { open, seal } from "../../crypto/seal.ts";
import { Fault } from "../../kernel/fault.ts";
import { type Bytes, concatBytes, latin1 } from "../../wire/bytes.ts";
import { type Holder, type ScryptCost, type Side, termsBytes, type VaultTerms } from "./vault-file.ts";

const secretLength = 32;
const saltLength = 16;
/** Of the passphrase as typed, in bytes. */
const shortestPassphrase = 12;

/** One half of the secret that opens a vault, in the hands of an authenticated person. Wipe it after use. */
export interface Share {
	readonly side: Side;
	readonly holder: string;
	readonly secret: Bytes;
}

/** A person of a new vault. The passphrase is UTF-8; the caller wipes it. */
export interface NewHolder {
	readonly name: string;
	readonly side: Side;
	readonly passphrase: Uint8Array;
}

/** A new random half. */
export function newHalf(): Bytes {
	return randomBytes(secretLength);
}

/**
 * Puts the half of a side under a person's passphrase.
 * @throws Fault `passphrase_weak`
 */
export function sealShare(terms: VaultTerms, { name, side, passphrase }: NewHolder, half: Bytes): Holder {
	if (passphrase.length < shortestPassphrase) {
		throw new Fault("passphrase_weak", { context: { custodian: name } });
	}
	const salt = randomBytes(saltLength);
	const share = usingSecret(stretched(passphrase, salt, terms.scrypt), (key) =>
		seal(key, half, termsBytes(terms, name, side)),
	);
	return { name, side, salt, share };
}

/**
 * Opens a person's half.
 * @throws Fault `passphrase_wrong`, also when name, side or terms of the file were changed
 */
export function openShare(terms: VaultTerms, { name, side, salt, share }: Holder, passphrase: Uint8Array): Share {
	return usingSecret(stretched(passphrase, salt, terms.scrypt), (key) => {
		try {
			return { side, holder: name, secret: open(key, share, termsBytes(terms, name, side)) };
		} catch (cause) {
			if (cause instanceof CryptoError) {
				throw new Fault("passphrase_wrong", { context: { custodian: name } });
			}
			throw cause;
		}
	});
}

/**
 * The secret that both halves make together: HKDF-SHA-256 (RFC 5869), 32 bytes. One half alone tells nothing about it.
 * @param purpose sets secrets of different use apart
 */
export function joinHalves(a: Uint8Array, b: Uint8Array, purpose: string): Bytes {
	return usingSecret(concatBytes(a, b), (both) =>
		concatBytes(new Uint8Array(hkdfSync("sha256", both, new Uint8Array(), latin1(purpose), secretLength))),
	);
}

function stretched(passphrase: Uint8Array, salt: Bytes, { N, r, p }: ScryptCost): Bytes {
	return concatBytes(scryptSync(passphrase, salt, secretLength, { N, r, p, maxmem: 256 * N * r }));
}
