import { type KeyLabel, type KeyPurpose, type KeyStore, labelOf } from "../../../src/keys/vault/key-store.ts";
import { createVault, type NewProvider, type Vault } from "../../../src/keys/vault/vault.ts";
import { latin1 } from "../../../src/wire/bytes.ts";
import { fromHex } from "../../../src/wire/hex.ts";

export const passphrases: Readonly<Record<string, string>> = {
	Alice: "correct horse battery",
	Bob: "staple paper clip glue",
	Carol: "rubber band and string",
};

/** Alice and Carol on side A, Bob on side B; guesses are cheap. */
export function testVault(
	path: string,
	purpose: KeyPurpose = "test",
	provider: NewProvider = { kind: "sealed-file" },
): Vault {
	return createVault(path, {
		purpose,
		provider,
		scrypt: { N: 2 ** 14, r: 8, p: 1 },
		holders: [
			{ name: "Alice", side: "A", passphrase: latin1(passphrases["Alice"] ?? "") },
			{ name: "Bob", side: "B", passphrase: latin1(passphrases["Bob"] ?? "") },
			{ name: "Carol", side: "A", passphrase: latin1(passphrases["Carol"] ?? "") },
		],
	});
}

/** Opens a vault with the halves of these people. */
export function unlockedBy(vault: Vault, ...names: readonly string[]): KeyStore {
	return vault.unlock(names.map((name) => vault.authenticate(name, latin1(passphrases[name] ?? ""))));
}

export function putKey(store: KeyStore, kind: Omit<KeyLabel, "kcv">, hex: string): KeyLabel {
	const label = labelOf(kind, fromHex(hex));
	store.put(label, fromHex(hex));
	return label;
}
