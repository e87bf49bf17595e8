import type { Clock } from "../kernel/clock.ts";
import { Fault } from "../kernel/fault.ts";
import { claimKeysFolder } from "./keys-folder.ts";
import { KeyRecord } from "./record/key-record.ts";
import type { KeyPurpose } from "./vault/key-store.ts";
import { readVault, type Vault } from "./vault/vault.ts";

/** Where key work is done: the folder belongs to this process, the record is open. */
export interface KeyDesk {
	readonly record: KeyRecord;
	/** Where the vault is, or will be. */
	readonly vaultPath: string;
	/**
	 * The vault, made for this purpose.
	 * @throws Fault `vault_purpose_differs`, or as `readVault` does
	 */
	readonly vault: (purpose: KeyPurpose) => Vault;
}

/**
 * Does key work in a folder that nobody else works in meanwhile.
 * @throws Fault `keys_locked`, `record_damaged`, and what the work throws
 */
export async function atKeyDesk<Result>(
	directory: string,
	clock: Clock,
	work: (desk: KeyDesk) => Promise<Result>,
): Promise<Result> {
	const folder = claimKeysFolder(directory);
	try {
		const record = new KeyRecord(folder.record, clock);
		try {
			return await work({
				record,
				vaultPath: folder.vault,
				vault: (purpose) => vaultFor(folder.vault, purpose),
			});
		} finally {
			record.close();
		}
	} finally {
		folder.release();
	}
}

function vaultFor(path: string, purpose: KeyPurpose): Vault {
	const vault = readVault(path);
	if (vault.purpose !== purpose) {
		throw new Fault("vault_purpose_differs", { context: { vault: vault.purpose, asked: purpose } });
	}
	return vault;
}
