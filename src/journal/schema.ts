import type { DatabaseSync } from "node:sqlite";
import { Fault } from "../kernel/fault.ts";
import { integerColumn } from "./sqlite.ts";

/** Kept in `PRAGMA user_version`. */
const schemaVersion = 1;

/** `opened` is the sequence of a stream's first event; `settled` is 0 or 1. Secrets are outside the hash chain. */
const schema = `
	CREATE TABLE events (
		sequence INTEGER PRIMARY KEY,
		stream TEXT NOT NULL,
		idx INTEGER NOT NULL,
		body TEXT NOT NULL,
		hash BLOB NOT NULL
	) STRICT;
	CREATE UNIQUE INDEX events_by_stream ON events (stream, idx);
	CREATE TABLE streams (
		stream TEXT PRIMARY KEY,
		kind TEXT NOT NULL,
		lane TEXT,
		opened INTEGER NOT NULL,
		settled INTEGER NOT NULL
	) STRICT, WITHOUT ROWID;
	CREATE INDEX streams_by_age ON streams (kind, opened);
	CREATE INDEX streams_unsettled ON streams (kind, opened) WHERE settled = 0;
	CREATE TABLE claims (
		scope TEXT NOT NULL,
		key TEXT NOT NULL,
		stream TEXT NOT NULL,
		PRIMARY KEY (scope, key)
	) STRICT, WITHOUT ROWID;
	CREATE TABLE secrets (
		stream TEXT NOT NULL,
		name TEXT NOT NULL,
		sealed BLOB NOT NULL,
		PRIMARY KEY (stream, name)
	) STRICT, WITHOUT ROWID;
	PRAGMA user_version = ${schemaVersion};
`;

/**
 * Makes the tables of a new journal; `fill` adds its first rows. All of it or nothing.
 * @throws Fault `journal_newer` when a later version wrote it
 */
export function prepareSchema(database: DatabaseSync, fill: () => void): void {
	const version = integerColumn(database.prepare("PRAGMA user_version").get() ?? {}, "user_version");
	if (version > schemaVersion) {
		throw new Fault("journal_newer", { context: { version, known: schemaVersion } });
	}
	if (version === schemaVersion) {
		return;
	}
	database.exec("BEGIN IMMEDIATE");
	try {
		database.exec(schema);
		fill();
		database.exec("COMMIT");
	} catch (error) {
		if (database.isTransaction) {
			database.exec("ROLLBACK");
		}
		throw error;
	}
}
