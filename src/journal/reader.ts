import type { DatabaseSync, StatementSync } from "node:sqlite";
import { z } from "zod";
import type { Bytes } from "../wire/bytes.ts";
import { type ChainCheck, type ChainHead, checkChain, emptyChain, type StoredEvent } from "./chain.ts";
import type { Claim, Journal, Recorded } from "./journal.ts";
import { bytesColumn, integerColumn, type Row, textColumn } from "./sqlite.ts";

const sql = {
	head: "SELECT coalesce(max(sequence), 0) AS sequence FROM events",
	stream: "SELECT sequence, stream, idx, body FROM events WHERE stream = ? AND sequence <= ? ORDER BY idx",
	after:
		"SELECT sequence, stream, idx, body FROM events WHERE sequence > ? AND sequence <= ? ORDER BY sequence LIMIT ?",
	links: "SELECT sequence, stream, idx, body, hash FROM events WHERE sequence > ? ORDER BY sequence",
	link: "SELECT sequence, hash FROM events WHERE sequence = ?",
	streams: `SELECT stream FROM streams WHERE kind = ?1 AND (?2 IS NULL OR lane = ?2) ORDER BY opened DESC LIMIT ?3`,
	unsettled: `SELECT stream FROM streams WHERE settled = 0 AND kind = ?1 AND (?2 IS NULL OR lane = ?2)
		ORDER BY opened DESC LIMIT ?3`,
	owner: "SELECT stream FROM claims WHERE scope = ? AND key = ?",
	secret: "SELECT sealed FROM secrets WHERE stream = ? AND name = ?",
} as const;

const journalEvent = z.looseObject({ type: z.string(), at: z.number() });

/** Short indexed queries, on the main thread. Each sees everything committed before it. */
export class Reader {
	readonly #statements: Readonly<Record<keyof typeof sql, StatementSync>>;

	constructor(database: DatabaseSync) {
		this.#statements = {
			head: database.prepare(sql.head),
			stream: database.prepare(sql.stream),
			after: database.prepare(sql.after),
			links: database.prepare(sql.links),
			link: database.prepare(sql.link),
			streams: database.prepare(sql.streams),
			unsettled: database.prepare(sql.unsettled),
			owner: database.prepare(sql.owner),
			secret: database.prepare(sql.secret),
		};
	}

	head(): number {
		return integerColumn(this.#statements.head.get() ?? {}, "sequence");
	}

	/** Events of a stream up to the journal's sequence `head`. */
	stream(stream: string, head: number): readonly Recorded[] {
		return this.#statements.stream.all(stream, head).map(toRecorded);
	}

	/** Events after `sequence` up to `head`, at most `limit`. */
	after(sequence: number, head: number, limit: number): readonly Recorded[] {
		return this.#statements.after.all(sequence, head, limit).map(toRecorded);
	}

	streams({ kind, lane, unsettled, limit }: Parameters<Journal["streams"]>[0]): readonly string[] {
		const statement = unsettled === true ? this.#statements.unsettled : this.#statements.streams;
		return statement.all(kind, lane ?? null, limit).map((row) => textColumn(row, "stream"));
	}

	owner({ scope, key }: Claim): string | undefined {
		const row = this.#statements.owner.get(scope, key);
		return row === undefined ? undefined : textColumn(row, "stream");
	}

	/** The secret as it lies on disk: sealed. */
	sealed(stream: string, name: string): Bytes | undefined {
		const row = this.#statements.secret.get(stream, name);
		return row === undefined ? undefined : bytesColumn(row, "sealed");
	}

	/** Walks the chain behind the event `after`, or all of it from 0. */
	verify(after: number): ChainCheck {
		return checkChain(this.#chainAt(after), Iterator.from(this.#statements.links.iterate(after)).map(toLink));
	}

	#chainAt(sequence: number): ChainHead {
		const row = this.#statements.link.get(sequence);
		return row === undefined ? emptyChain : { sequence, hash: bytesColumn(row, "hash") };
	}
}

function toStored(row: Row): StoredEvent {
	return {
		sequence: integerColumn(row, "sequence"),
		stream: textColumn(row, "stream"),
		index: integerColumn(row, "idx"),
		body: textColumn(row, "body"),
	};
}

function toLink(row: Row): { readonly event: StoredEvent; readonly hash: Bytes } {
	return { event: toStored(row), hash: bytesColumn(row, "hash") };
}

function toRecorded(row: Row): Recorded {
	const { body, ...place } = toStored(row);
	return { ...place, event: journalEvent.parse(JSON.parse(body)) };
}
