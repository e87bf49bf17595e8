import type { DatabaseSync } from "node:sqlite";
import type { Clock } from "../kernel/clock.ts";
import { Events } from "../kernel/events.ts";
import { Fault } from "../kernel/fault.ts";
import type { Log } from "../kernel/log.ts";
import { type DataKey, keyFault, loadDataKey } from "./data-key.ts";
import { ensurePrivateFile, type JournalFiles, prepareDirectory, syncDirectory } from "./files.ts";
import type { Journal } from "./journal.ts";
import { takeLock } from "./lock.ts";
import { Reader } from "./reader.ts";
import { prepareSchema } from "./schema.ts";
import { connect, storageFaultCode } from "./sqlite.ts";
import { SqliteJournal } from "./sqlite-journal.ts";
import { WriteQueue } from "./write-queue.ts";

export interface JournalOptions {
	/** Made if need be, for its owner only. One daemon at a time. */
	readonly directory: string;
	readonly log: Log;
	readonly clock: Clock;
}

/** How many of the newest events are checked at every start; `verify` checks all. */
const checkedAtStart = 1_000;

/** A secret every journal keeps: it opens only under the journal's own data key. */
const keyCheck = { stream: "journal", name: "key check" } as const;

/**
 * Opens the journal of a directory, or begins one.
 * @throws Fault `journal_locked` when another daemon has it, `key_file_unsafe`, `journal_corrupt`, `journal_newer`,
 * `journal_unwritable`
 */
export async function openJournal({ directory, log, clock }: JournalOptions): Promise<Journal> {
	const undo = new DisposableStack();
	try {
		const files = prepareDirectory(directory);
		const lock = takeLock(files);
		undo.defer(() => lock.release());
		const key = loadDataKey(files);
		const database = openDatabase(files, key);
		undo.defer(() => database.close());
		const reader = new Reader(database);
		checkNewest(reader);
		const queue = await WriteQueue.start({ file: files.database, clock, log });
		const parts = undo.move();
		return new SqliteJournal({
			reader,
			queue,
			key,
			recorded: new Events(),
			log,
			release: () => parts.dispose(),
		});
	} catch (error) {
		undo.dispose();
		throw asStorageFault(error, directory);
	}
}

function openDatabase(files: JournalFiles, key: DataKey): DatabaseSync {
	ensurePrivateFile(files.database);
	syncDirectory(files.directory);
	const database = connect(files.database);
	try {
		prepareSchema(database, () => keepKeyCheck(database, key));
		requireSameKey(database, key, files);
		return database;
	} catch (error) {
		database.close();
		throw error;
	}
}

function keepKeyCheck(database: DatabaseSync, key: DataKey): void {
	database
		.prepare("INSERT INTO secrets (stream, name, sealed) VALUES (?, ?, ?)")
		.run(keyCheck.stream, keyCheck.name, key.seal(keyCheck.stream, keyCheck.name, new Uint8Array()));
}

function requireSameKey(database: DatabaseSync, key: DataKey, files: JournalFiles): void {
	const sealed = new Reader(database).sealed(keyCheck.stream, keyCheck.name);
	try {
		key.open(keyCheck.stream, keyCheck.name, sealed ?? new Uint8Array());
	} catch (cause) {
		throw keyFault(files, "The data key file is not the one this journal was begun with", cause);
	}
}

function checkNewest(reader: Reader): void {
	const { brokenAt } = reader.verify(Math.max(0, reader.head() - checkedAtStart));
	if (brokenAt !== undefined) {
		throw new Fault("journal_corrupt", {
			detail: `The journal's hash chain is broken at event ${brokenAt}`,
			context: { brokenAt },
		});
	}
}

function asStorageFault(error: unknown, directory: string): Fault {
	if (error instanceof Fault) {
		return error;
	}
	return new Fault(storageFaultCode(error), {
		detail: `The journal in ${directory} cannot be opened: ${error instanceof Error ? error.message : String(error)}`,
		context: { directory },
		cause: error,
	});
}
