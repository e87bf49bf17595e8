import { DatabaseSync, type SQLOutputValue } from "node:sqlite";
import { Fault } from "../kernel/fault.ts";
import type { FaultCode } from "../kernel/fault-codes.ts";
import type { Bytes } from "../wire/bytes.ts";

/** A row as SQLite gives it: columns by name. */
export type Row = Readonly<Record<string, SQLOutputValue>>;

/** Primary result codes (sqlite.org/rescode.html) that mean more than "the disk refuses". */
export const SqliteCode = { busy: 5, corrupt: 11, notADatabase: 26 } as const;

/** How long a read waits for the writer to finish a checkpoint step. */
const busyMs = 1_000;

/**
 * Every connection to the journal's file is made here.
 * WAL with `synchronous=FULL`: a commit is one sequential write and one fdatasync. The log may grow to 16 MiB between
 * checkpoints, which keeps the checkpoint's own two fsyncs out of the 99th percentile. `secure_delete` overwrites what
 * is erased with zeros.
 */
export function connect(file: string): DatabaseSync {
	const database = new DatabaseSync(file, { timeout: busyMs });
	database.exec(`
		PRAGMA journal_mode = WAL;
		PRAGMA synchronous = FULL;
		PRAGMA secure_delete = ON;
		PRAGMA wal_autocheckpoint = 4000;
		PRAGMA cache_size = -8192;
		PRAGMA trusted_schema = OFF;
	`);
	return database;
}

/** The primary result code of a SQLite error; undefined for any other error. */
export function sqliteCode(thrown: unknown): number | undefined {
	if (!(thrown instanceof Error) || !("errcode" in thrown) || typeof thrown.errcode !== "number") {
		return undefined;
	}
	return thrown.errcode & 0xff;
}

/** Which fault an error under the journal's files is. */
export function storageFaultCode(thrown: unknown): FaultCode {
	const code = sqliteCode(thrown);
	return code === SqliteCode.corrupt || code === SqliteCode.notADatabase ? "journal_corrupt" : "journal_unwritable";
}

/** A text column. @throws Fault `journal_corrupt` when it holds something else */
export function textColumn(row: Row, name: string): string {
	const value = row[name];
	return typeof value === "string" ? value : wrongColumn(name);
}

/** An integer column. @throws Fault `journal_corrupt` when it holds something else */
export function integerColumn(row: Row, name: string): number {
	const value = row[name];
	return typeof value === "number" ? value : wrongColumn(name);
}

/** A blob column, copied. @throws Fault `journal_corrupt` when it holds something else */
export function bytesColumn(row: Row, name: string): Bytes {
	const value = row[name];
	return value instanceof Uint8Array ? Uint8Array.from(value) : wrongColumn(name);
}

function wrongColumn(name: string): never {
	throw new Fault("journal_corrupt", {
		detail: `a row of the journal has no valid ${name}`,
		context: { column: name },
	});
}
