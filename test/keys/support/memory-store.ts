import { randomBytes } from "../../../src/crypto/random.ts";
import type { KeyPurpose, KeyStore } from "../../../src/keys/vault/key-store.ts";
import { SealedKeyStore } from "../../../src/keys/vault/sealed-key-store.ts";
import { latin1 } from "../../../src/wire/bytes.ts";

/** A sealed store without a file, and without the cost of passphrases. */
export function memoryStore(purpose: KeyPurpose = "test"): KeyStore {
	return SealedKeyStore.create({ purpose, key: randomBytes(32), terms: latin1("test"), save: () => undefined });
}
