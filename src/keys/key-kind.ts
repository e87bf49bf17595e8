import { z } from "zod";
import { aes } from "../crypto/clear/aes.ts";
import type { BlockCipher } from "../crypto/clear/block-cipher.ts";
import { type ClearKeyBytes, clearAesKey, clearTdesKey } from "../crypto/clear/clear-keys.ts";
import { tdes } from "../crypto/clear/tdes.ts";

/**
 * What a key is for (ANSI X9.24-1): KEK carries keys to a pad, KBPK protects key blocks, BDK makes initial keys, TMK is
 * a pad's master key, TPK, TAK and TDK are its working keys for PIN, MAC and data, IPEK is a DUKPT initial key.
 */
export const keyRoleSchema = z.enum(["KEK", "KBPK", "BDK", "TMK", "TPK", "TAK", "TDK", "IPEK"]);
export type KeyRole = z.infer<typeof keyRoleSchema>;

/** Cipher and length of a key. Single DES is not among them: it protects nothing. */
export const keyAlgorithmSchema = z.enum(["TDES2", "TDES3", "AES128", "AES192", "AES256"]);
export type KeyAlgorithm = z.infer<typeof keyAlgorithmSchema>;

interface AlgorithmFacts {
	readonly cipher: "TDES" | "AES";
	/** Length of the key in bytes. */
	readonly length: number;
	/** Security strength in bits (SP 800-57 part 1, table 2). */
	readonly strength: number;
}

export const keyAlgorithms: Readonly<Record<KeyAlgorithm, AlgorithmFacts>> = {
	TDES2: { cipher: "TDES", length: 16, strength: 80 },
	TDES3: { cipher: "TDES", length: 24, strength: 112 },
	AES128: { cipher: "AES", length: 16, strength: 128 },
	AES192: { cipher: "AES", length: 24, strength: 192 },
	AES256: { cipher: "AES", length: 32, strength: 256 },
};

/** True when a key of `carried` may travel under a key of `kek` (PCI PIN requirement 10: at least as strong). */
export function isStrongEnough(kek: KeyAlgorithm, carried: KeyAlgorithm): boolean {
	return keyAlgorithms[kek].strength >= keyAlgorithms[carried].strength;
}

/** The block cipher of a clear key. */
export function cipherOf(algorithm: KeyAlgorithm, key: ClearKeyBytes): BlockCipher {
	return keyAlgorithms[algorithm].cipher === "TDES" ? tdes(clearTdesKey(key)) : aes(clearAesKey(key));
}
