import { chmodSync, mkdirSync } from "node:fs";
import { join } from "node:path";
import { type Lock, takeLock } from "../journal/lock.ts";
import { Fault, isFault } from "../kernel/fault.ts";

/** What lies in the folder of the keys. */
export interface KeysFolder {
	readonly vault: string;
	readonly record: string;
}

/** Names the files, without touching them: for who only reads. */
export function keysFolder(directory: string): KeysFolder {
	return { vault: join(directory, "vault.json"), record: join(directory, "record.jsonl") };
}

/**
 * Takes the folder for this process; makes it, for its owner only, when it is not there. The lock ends with the process
 * however that ends.
 * @throws Fault `keys_locked`
 */
export function claimKeysFolder(directory: string): KeysFolder & Lock {
	mkdirSync(directory, { recursive: true, mode: 0o700 });
	chmodSync(directory, 0o700);
	const files = { directory, lock: join(directory, "keys.lock"), holder: join(directory, "keys.pid") };
	try {
		return { ...keysFolder(directory), ...takeLock(files) };
	} catch (cause) {
		throw isFault(cause, "journal_locked") ? new Fault("keys_locked", { context: cause.context, cause }) : cause;
	}
}
