import { chmodSync, closeSync, existsSync, fsyncSync, mkdirSync, openSync } from "node:fs";
import { join } from "node:path";

/** What lies in the journal's directory. */
export interface JournalFiles {
	readonly directory: string;
	readonly database: string;
	readonly dataKey: string;
	/** Locked as long as a daemon lives; the kernel lets go when it dies. */
	readonly lock: string;
	/** Tells a second daemon who holds the lock; believed only while the lock is held. */
	readonly holder: string;
}

/** Makes the directory, for its owner only, and names its files. */
export function prepareDirectory(directory: string): JournalFiles {
	mkdirSync(directory, { recursive: true, mode: 0o700 });
	chmodSync(directory, 0o700);
	return {
		directory,
		database: join(directory, "journal.db"),
		dataKey: join(directory, "data.key"),
		lock: join(directory, "journal.lock"),
		holder: join(directory, "journal.pid"),
	};
}

/**
 * Makes an empty file with mode 0600 unless there is one; SQLite gives its log files the mode of the database.
 * A file that exists is not even opened: closing it would drop every POSIX lock this process has on it (fcntl(2)).
 */
export function ensurePrivateFile(path: string): void {
	if (existsSync(path)) {
		chmodSync(path, 0o600);
		return;
	}
	closeSync(openSync(path, "wx", 0o600));
}

/** Makes new names in a directory survive a power cut. */
export function syncDirectory(directory: string): void {
	const handle = openSync(directory, "r");
	try {
		fsyncSync(handle);
	} finally {
		closeSync(handle);
	}
}
