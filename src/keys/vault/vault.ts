import { rmSync } from "node:fs";
import { usingSecret } from "../../crypto/clear/clear-keys.ts";
import { constantTimeEqual } from "../../crypto/digest.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { toHex } from "../../wire/hex.ts";
import type { KeyPurpose, KeyStore } from "./key-store.ts";
import { readPrivateFile, replacePrivateFile } from "./private-file.ts";
import { type SealedFileParts, SealedKeyStore } from "./sealed-key-store.ts";
import { joinHalves, type NewHolder, newHalf, openShare, type Share, sealShare } from "./shares.ts";
import { TokenKeyStore } from "./token-key-store.ts";
import { openToken, type TokenAddress, withToken } from "./token-session.ts";
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
	 * @throws Fault `custodian_twice` unless they are of both sides, `vault_damaged`, `pkcs11_unavailable`, `token_refused`
	 */
	unlock(shares: readonly Share[]): KeyStore;
}

/** Where the keys of a new vault shall be. A token comes initialised, with a user PIN that is replaced at once. */
export type NewProvider =
	| { readonly kind: "sealed-file" }
	| { readonly kind: "pkcs11"; readonly module: string; readonly tokenLabel: string; readonly pin: string };

interface NewVault {
	readonly purpose: KeyPurpose;
	readonly provider: NewProvider;
	/** At least one of each side. Their passphrases are wiped. */
	readonly holders: readonly NewHolder[];
	readonly scrypt: ScryptCost;
}

/** About half a second and 128 MiB for each guess. */
export const scryptCost: ScryptCost = { N: 2 ** 17, r: 8, p: 1 };

/**
 * Makes a vault that two people open together.
 * @throws Fault `vault_exists`, `passphrase_weak`, `custodian_twice` for one name or one passphrase in two hands;
 * `pkcs11_unavailable`, `token_refused`
 */
export function createVault(path: string, { purpose, provider, holders, scrypt }: NewVault): Vault {
	const halves: Readonly<Record<Side, Bytes>> = { A: newHalf(), B: newHalf() };
	try {
		if (readPrivateFile(path) !== undefined) {
			throw new Fault("vault_exists", { context: { file: path } });
		}
		requireTwoPeople(holders);
		const terms = termsOf({ purpose, provider: settingsOf(provider), scrypt });
		const file = {
			...terms,
			holders: holders.map((holder) => sealShare(terms, holder, halves[holder.side])),
			sealed: new Uint8Array(),
		};
		if (provider.kind === "pkcs11") {
			createTokenVault(path, file, provider, halves);
		} else {
			SealedKeyStore.create(sealedParts(path, file, halves)).close();
		}
		return readVault(path);
	} finally {
		halves.A.fill(0);
		halves.B.fill(0);
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

type Halves = Readonly<Record<Side, Bytes>>;

const sealingPurpose = "tillbridge vault: sealing of keys";
const pinPurpose = "tillbridge vault: PIN of the token";

function settingsOf(provider: NewProvider): ProviderSettings {
	return provider.kind === "pkcs11"
		? { kind: "pkcs11", module: provider.module, tokenLabel: provider.tokenLabel }
		: { kind: "sealed-file" };
}

/** The file comes first: a PIN that nobody can make again would be the end of the token. */
function createTokenVault(
	path: string,
	file: VaultFile,
	token: TokenAddress & { readonly pin: string },
	halves: Halves,
): void {
	const session = openToken(token, token.pin);
	try {
		replacePrivateFile(path, formatVaultFile(file));
		withToken(() => session.cryptoki.C_SetPIN(session.handle, token.pin, tokenPin(halves)));
	} catch (error) {
		rmSync(path, { force: true });
		throw error;
	} finally {
		session.close();
	}
}

/** PKCS#11 takes a PIN as text. */
function tokenPin({ A, B }: Halves): string {
	return usingSecret(joinHalves(A, B, pinPurpose), toHex);
}

function sealedParts(path: string, file: VaultFile, { A, B }: Halves): SealedFileParts {
	return {
		purpose: file.purpose,
		key: joinHalves(A, B, sealingPurpose),
		terms: termsBytes(file),
		save: (sealed) => replacePrivateFile(path, formatVaultFile({ ...file, sealed })),
	};
}

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
		const halves = { A: a.secret, B: b.secret };
		return file.provider.kind === "pkcs11"
			? new TokenKeyStore(file.purpose, openToken(file.provider, tokenPin(halves)))
			: SealedKeyStore.open(sealedParts(path, file, halves), file.sealed);
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
