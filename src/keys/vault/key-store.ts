import { z } from "zod";
import type { BlockCipher } from "../../crypto/clear/block-cipher.ts";
import type { ClearKeyBytes } from "../../crypto/clear/clear-keys.ts";
import { checkValueOf, checkValueSchema } from "../check-value.ts";
import { cipherOf, keyAlgorithmSchema, keyRoleSchema } from "../key-kind.ts";

/** The name of a held key: what manifests and commands call it by. */
export const keyNameSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9._-]{0,31}$/, "up to 32 letters, digits, . _ -");

/** All that may be shown of a held key. */
export const keyLabelSchema = z.strictObject({
	name: keyNameSchema,
	role: keyRoleSchema,
	algorithm: keyAlgorithmSchema,
	kcv: checkValueSchema,
});
export type KeyLabel = z.infer<typeof keyLabelSchema>;

/** The label of a clear key, its check value computed. */
export function labelOf(kind: Omit<KeyLabel, "kcv">, key: ClearKeyBytes): KeyLabel {
	return { ...kind, kcv: checkValueOf(kind.algorithm, cipherOf(kind.algorithm, key)) };
}

/** A key that the store holds: it can be worked with, and nobody keeps it. */
export interface HeldKey {
	readonly label: KeyLabel;
	/** Enciphers and deciphers under the key, wherever the key is. */
	readonly cipher: BlockCipher;
	/**
	 * Lends the clear key for one call and wipes it afterwards; the result must not share its memory.
	 * @throws Fault `key_not_lendable` from a store that never lends
	 */
	lend<Result>(use: (key: ClearKeyBytes) => Result): Result;
}

/**
 * Where KEKs, KBPKs, BDKs and TMKs live. Two providers keep this contract: a sealed file and a PKCS#11 token.
 * Every change is on disk, or in the token, when the call returns.
 */
export interface KeyStore {
	/** `test` holds published test keys, `production` refuses them; a store never changes its purpose. */
	readonly purpose: KeyPurpose;
	/** False for a token: its keys work inside and never come out. */
	readonly lends: boolean;
	/** In order of names. */
	list(): readonly KeyLabel[];
	/** @throws Fault `key_unknown` */
	hold(name: string): HeldKey;
	/**
	 * Takes a key in; the caller wipes its own copy.
	 * @throws Fault `key_exists`
	 */
	put(label: KeyLabel, key: ClearKeyBytes): void;
	/** @throws Fault `key_unknown` */
	remove(name: string): void;
	/** Wipes what opened the store; every use after that fails. */
	close(): void;
}

export const keyPurposeSchema = z.enum(["test", "production"]);
export type KeyPurpose = z.infer<typeof keyPurposeSchema>;
