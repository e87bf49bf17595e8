import { existsSync } from "node:fs";
import { join } from "node:path";
import { DatabaseSync } from "node:sqlite";
import type { ChainCheck } from "./chain.ts";
import type { Recorded } from "./journal.ts";
import { Reader } from "./reader.ts";

/** What a journal says of itself to somebody who only looks: no secret is opened. */
export interface JournalInspection {
	readonly chain: ChainCheck;
	/** Transactions that still owe something. */
	readonly unsettled: readonly string[];
	/** When the newest event was written, milliseconds since 1970-01-01 UTC. */
	readonly newestAt: number | undefined;
	/** The newest transactions with all their events, newest first. */
	readonly timelines: readonly { readonly id: string; readonly events: readonly Recorded[] }[];
}

const patienceMs = 1_000;
const mostUnsettled = 100;

/**
 * Looks at the journal of a directory, read-only, also while a daemon writes it; walks the whole hash chain.
 * Undefined where there is none.
 * @throws SQLite's error when the file cannot be read
 */
export function inspectJournal(directory: string, timelines: number): JournalInspection | undefined {
	const file = join(directory, "journal.db");
	if (!existsSync(file)) {
		return undefined;
	}
	const database = new DatabaseSync(file, { readOnly: true, timeout: patienceMs });
	try {
		const reader = new Reader(database);
		const head = reader.head();
		return {
			chain: reader.verify(0),
			unsettled: reader.streams({ kind: "transaction", unsettled: true, limit: mostUnsettled }),
			newestAt: reader.after(head - 1, head, 1)[0]?.event.at,
			timelines: reader
				.streams({ kind: "transaction", limit: timelines })
				.map((id) => ({ id, events: reader.stream(id, head) })),
		};
	} finally {
		database.close();
	}
}
