import { type ClearKeyBytes, clearAesKey, clearTdesKey, usingSecret } from "../../crypto/clear/clear-keys.ts";
import { deriveAesInitialKey } from "../../crypto/clear/dukpt-aes.ts";
import { deriveIpek } from "../../crypto/clear/dukpt-tdes.ts";
import { unwrapKeyBlock } from "../../crypto/clear/key-block.ts";
import { CryptoError } from "../../crypto/crypto-error.ts";
import { type KeyBlockHeader, parseKeyBlockHeader } from "../../crypto/key-block-header.ts";
import { Fault } from "../../kernel/fault.ts";
import { fromHex } from "../../wire/hex.ts";
import { type KeyAlgorithm, keyAlgorithms } from "../key-kind.ts";
import type { HeldKey, KeyStore } from "../vault/key-store.ts";
import type { ManifestRow } from "./manifest-row.ts";

/**
 * Uses the clear key of a row for one call and wipes it afterwards: a key of the vault, one derived from a BDK of the
 * vault, or one out of a key block.
 * @throws Fault `key_unknown`, `key_not_lendable`, `key_block_unverified`, `key_block_mismatch` for another length than
 * the algorithm has, `manifest_invalid` for a key of another role
 */
export function useRowKey<Result>(store: KeyStore, row: ManifestRow, use: (key: ClearKeyBytes) => Result): Result {
	const { source } = row;
	switch (source.kind) {
		case "held":
			return useHeldKey(store.hold(source.name), row, use);
		case "block":
			return usingSecret(unwrapped(store.hold(source.under), source.block), (key) => {
				requireLength(row, key);
				return use(key);
			});
	}
}

/**
 * The header of a row's key block; nothing for a row without one.
 * @throws Fault `key_block_unverified`
 */
export function headerOf({ source }: ManifestRow): KeyBlockHeader | undefined {
	return source.kind === "block" ? verified(() => parseKeyBlockHeader(source.block)) : undefined;
}

function useHeldKey<Result>(held: HeldKey, row: ManifestRow, use: (key: ClearKeyBytes) => Result): Result {
	const { role, algorithm, line } = row;
	const { label } = held;
	if (label.algorithm !== algorithm || (label.role !== role && !isDerived(label.role, role))) {
		throw new Fault("manifest_invalid", {
			detail: `Line ${line}: ${label.name} is a ${label.role} of ${label.algorithm}, and the slot is for a ${role} of ${algorithm}`,
			context: { line },
		});
	}
	return held.lend((key) => (label.role === role ? use(key) : usingSecret(initialKey(algorithm, key, row), use)));
}

function isDerived(held: ManifestRow["role"], wanted: ManifestRow["role"]): boolean {
	return held === "BDK" && wanted === "IPEK";
}

/** An initial key is as long as its BDK, in TDES as in AES. */
function initialKey(algorithm: KeyAlgorithm, bdk: ClearKeyBytes, { ksn = "" }: ManifestRow): ClearKeyBytes {
	const serialNumber = fromHex(ksn);
	return keyAlgorithms[algorithm].cipher === "TDES"
		? deriveIpek(clearTdesKey(bdk), serialNumber)
		: deriveAesInitialKey(clearAesKey(bdk), serialNumber.slice(0, 8));
}

/** The KBPK stays in its store: a token can hold it, too. */
function unwrapped({ label, cipher }: HeldKey, block: string): ClearKeyBytes {
	const { length } = keyAlgorithms[label.algorithm];
	return verified(() => unwrapKeyBlock({ cipher, length }, block).key);
}

function requireLength({ algorithm, line }: ManifestRow, key: ClearKeyBytes): void {
	if (key.length !== keyAlgorithms[algorithm].length) {
		throw new Fault("key_block_mismatch", {
			detail: `Line ${line}: the key in the block is not as long as ${algorithm}`,
			context: { line },
		});
	}
}

/** One and the same fault for every reason: whoever guesses learns nothing. */
function verified<Result>(work: () => Result): Result {
	try {
		return work();
	} catch (error) {
		throw error instanceof CryptoError ? new Fault("key_block_unverified") : error;
	}
}
