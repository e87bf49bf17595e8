import { constantTimeEqual } from "../../crypto/digest.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Bytes } from "../../wire/bytes.ts";
import type { KeyPurpose, KeyStore } from "./key-store.ts";
import { readPrivateFile, replacePrivateFile } from "./private-file.ts";
import { SealedKeyStore } from "./sealed-key-store.ts";
import { joinHalves, type NewHolder, newHalf, openShare, type Share, sealShare } from "./shares.ts";
import {
	formatVaultFile,
	type Holder,
	type ProviderSettings,
	parseVaultFile,
	type ScryptCost,
	type Side,
	termsBytes,
	termsOf,
	type VaultFile,
} from "./vault-file.ts";

/** A vault as it lies there: whom it knows can be read, what it holds cannot. */
export interface Vault {
	readonly purpose: KeyPurpose;
	readonly holders: readonly Pick<Holder, "name" | "side">[];
	/**
	 * Opens one person's half. The passphrase is wiped.
	 * @throws Fault `custodian_unknown`, `passphrase_wrong`
	 */
	authenticate(name: string, passphrase: Uint8Array): Share;
	/**
	 * Opens the store with two halves. They are wiped.
	 * @throws Fault `custodian_twice` unless they are of both sides, `vault_damaged`
	 */
	unlock(shares: readonly Share[]): KeyStore;
}

interface NewVault {
	readonly purpose: KeyPurpose;
	/** At least one of each side. Their passphrases are wiped. */
	readonly holders: readonly NewHolder[];
	readonly scrypt: ScryptCost;
}

/** About half a second and 128 MiB for each guess. */
export const scryptCost: ScryptCost = { N: 2 ** 17, r: 8, p: 1 };

/**
 * Makes an empty vault that two people open together.
 * @throws Fault `vault_exists`, `passphrase_weak`, `custodian_twice` for one name or one passphrase in two hands
 */
export function createVault(path: string, { purpose, holders, scrypt }: NewVault): Vault {
	try {
		if (readPrivateFile(path) !== undefined) {
			throw new Fault("vault_exists", { context: { file: path } });
		}
		requireTwoPeople(holders);
		const provider: ProviderSettings = { kind: "sealed-file" };
		const terms = termsOf({ purpose, provider, scrypt });
		const halves: Readonly<Record<Side, Bytes>> = { A: newHalf(), B: newHalf() };
		const sealedHolders = holders.map((holder) => sealShare(terms, holder, halves[holder.side]));
		SealedKeyStore.create({
			purpose,
			key: joinHalves(halves.A, halves.B, sealingPurpose),
			terms: termsBytes(terms),
			save: (sealed) => replacePrivateFile(path, formatVaultFile({ ...terms, holders: sealedHolders, sealed })),
		}).close();
		halves.A.fill(0);
		halves.B.fill(0);
		return readVault(path);
	} finally {
		for (const { passphrase } of holders) {
			passphrase.fill(0);
		}
	}
}

/**
 * Reads who may open the vault, and checks that nobody else can read it.
 * @throws Fault `vault_missing`, `vault_unsafe`, `vault_newer`, `vault_damaged`
 */
export function readVault(path: string): Vault {
	const text = readPrivateFile(path);
	if (text === undefined) {
		throw new Fault("vault_missing", { context: { file: path } });
	}
	const file = parseVaultFile(text);
	return {
		purpose: file.purpose,
		holders: file.holders.map(({ name, side }) => ({ name, side })),
		authenticate: (name, passphrase) => authenticate(file, name, passphrase),
		unlock: (shares) => unlock(path, file, shares),
	};
}

const sealingPurpose = "tillbridge vault: sealing of keys";

function authenticate(file: VaultFile, name: string, passphrase: Uint8Array): Share {
	try {
		const holder = file.holders.find((candidate) => candidate.name === name);
		if (holder === undefined) {
			throw new Fault("custodian_unknown", { context: { custodian: name } });
		}
		return openShare(file, holder, passphrase);
	} finally {
		passphrase.fill(0);
	}
}

function unlock(path: string, file: VaultFile, shares: readonly Share[]): KeyStore {
	try {
		const a = shares.find(({ side }) => side === "A");
		const b = shares.find(({ side }) => side === "B");
		if (a === undefined || b === undefined) {
			throw new Fault("custodian_twice", {
				detail: "One half of the secret is missing: a custodian of the other side",
			});
		}
		const parts = {
			purpose: file.purpose,
			key: joinHalves(a.secret, b.secret, sealingPurpose),
			terms: termsBytes(file),
			save: (sealed: Bytes) => replacePrivateFile(path, formatVaultFile({ ...file, sealed })),
		};
		return SealedKeyStore.open(parts, file.sealed);
	} finally {
		for (const { secret } of shares) {
			secret.fill(0);
		}
	}
}

function requireTwoPeople(holders: readonly NewHolder[]): void {
	const names = new Set(holders.map(({ name }) => name));
	const shared = holders.some((one, index) =>
		holders.slice(index + 1).some((other) => constantTimeEqual(one.passphrase, other.passphrase)),
	);
	const sides = new Set(holders.map(({ side }) => side));
	if (names.size !== holders.length || shared || sides.size !== 2) {
		throw new Fault("custodian_twice", {
			detail: "Each person has a name and a passphrase of their own, on two sides",
		});
	}
}
