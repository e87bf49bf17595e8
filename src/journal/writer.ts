import type { DatabaseSync, StatementSync } from "node:sqlite";
import type { FaultCode } from "../kernel/fault-codes.ts";
import type { Bytes } from "../wire/bytes.ts";
import { type ChainHead, emptyChain, linkHash } from "./chain.ts";
import type { Claim, StreamOpening } from "./journal.ts";
import { bytesColumn, integerColumn, storageFaultCode, textColumn } from "./sqlite.ts";

/** A step as it goes to the writing thread: events as JSON text, secrets sealed. */
export interface SealedStep {
	readonly stream: string;
	readonly bodies: readonly string[];
	readonly open?: StreamOpening;
	readonly settled?: boolean;
	readonly claims?: readonly Claim[];
	readonly keep?: readonly { readonly name: string; readonly sealed: Bytes }[];
	readonly erase?: readonly string[];
}

/** What became of a step. `sequence` and `index` are those of its first event, or of the next one if it has none. */
export type StepResult =
	| { readonly kind: "written"; readonly sequence: number; readonly index: number }
	| { readonly kind: "claimed"; readonly claim: Claim; readonly owner: string }
	| { readonly kind: "failed"; readonly code: FaultCode; readonly detail: string };

const sql = {
	head: "SELECT sequence, hash FROM events ORDER BY sequence DESC LIMIT 1",
	nextIndex: "SELECT coalesce(max(idx) + 1, 0) AS next FROM events WHERE stream = ?",
	owner: "SELECT stream FROM claims WHERE scope = ? AND key = ?",
	addEvent: "INSERT INTO events (sequence, stream, idx, body, hash) VALUES (?, ?, ?, ?, ?)",
	addStream: "INSERT INTO streams (stream, kind, lane, opened, settled) VALUES (?, ?, ?, ?, 0) ON CONFLICT DO NOTHING",
	settle: "UPDATE streams SET settled = ?2 WHERE stream = ?1 AND settled <> ?2",
	addClaim: "INSERT INTO claims (scope, key, stream) VALUES (?, ?, ?) ON CONFLICT DO NOTHING",
	keep: "INSERT INTO secrets (stream, name, sealed) VALUES (?, ?, ?) ON CONFLICT DO UPDATE SET sealed = excluded.sealed",
	erase: "DELETE FROM secrets WHERE stream = ? AND name = ?",
} as const;

type Statements = Readonly<Record<keyof typeof sql, StatementSync>>;

/** The one connection that writes. Lives in a thread of its own, because every commit waits for the disk. */
export class Writer {
	readonly #database: DatabaseSync;
	readonly #statements: Statements;
	#head: ChainHead;

	constructor(database: DatabaseSync) {
		this.#database = database;
		this.#statements = prepareAll(database);
		this.#head = readHead(this.#statements.head);
	}

	/** Group commit: many steps, one transaction, one fsync. A step that cannot be does not hurt the others; a disk that refuses does. */
	commit(steps: readonly SealedStep[]): readonly StepResult[] {
		const before = this.#head;
		try {
			this.#database.exec("BEGIN IMMEDIATE");
			const results = steps.map((step) => this.#apply(step));
			this.#database.exec("COMMIT");
			return results;
		} catch (error) {
			this.#head = before;
			this.#rollBack();
			const failed = { kind: "failed", code: storageFaultCode(error), detail: String(error) } as const;
			return steps.map(() => failed);
		}
	}

	/** Moves the log into the database file, so that the next start has nothing to recover. */
	close(): void {
		this.#database.exec("PRAGMA wal_checkpoint(TRUNCATE)");
		this.#database.close();
	}

	/** Decides before it writes: a step refused here has left no trace in the common transaction. */
	#apply(step: SealedStep): StepResult {
		const taken = this.#takenClaim(step);
		if (taken !== undefined) {
			return taken;
		}
		const index = integerColumn(this.#statements.nextIndex.get(step.stream) ?? {}, "next");
		const sequence = this.#head.sequence + 1;
		if (index === 0 && (step.open === undefined || step.bodies.length === 0)) {
			return { kind: "failed", code: "internal", detail: `stream ${step.stream} was never opened` };
		}
		this.#writeEvents(step, index);
		this.#writeStream(step, sequence);
		this.#writeSecrets(step);
		return { kind: "written", sequence, index };
	}

	#takenClaim({ claims = [], stream }: SealedStep): StepResult | undefined {
		for (const claim of claims) {
			const row = this.#statements.owner.get(claim.scope, claim.key);
			const owner = row === undefined ? stream : textColumn(row, "stream");
			if (owner !== stream) {
				return { kind: "claimed", claim, owner };
			}
		}
		return undefined;
	}

	#writeEvents({ stream, bodies }: SealedStep, firstIndex: number): void {
		for (const [offset, body] of bodies.entries()) {
			const sequence = this.#head.sequence + 1;
			const index = firstIndex + offset;
			const hash = linkHash(this.#head.hash, { sequence, stream, index, body });
			this.#statements.addEvent.run(sequence, stream, index, body, hash);
			this.#head = { sequence, hash };
		}
	}

	#writeStream({ stream, open, settled, claims = [] }: SealedStep, opened: number): void {
		if (open !== undefined) {
			this.#statements.addStream.run(stream, open.kind, open.lane ?? null, opened);
		}
		if (settled !== undefined) {
			this.#statements.settle.run(stream, settled ? 1 : 0);
		}
		for (const { scope, key } of claims) {
			this.#statements.addClaim.run(scope, key, stream);
		}
	}

	#writeSecrets({ stream, keep = [], erase = [] }: SealedStep): void {
		for (const { name, sealed } of keep) {
			this.#statements.keep.run(stream, name, sealed);
		}
		for (const name of erase) {
			this.#statements.erase.run(stream, name);
		}
	}

	/** SQLite has rolled back by itself after some errors of the disk. */
	#rollBack(): void {
		if (this.#database.isTransaction) {
			this.#database.exec("ROLLBACK");
		}
	}
}

function prepareAll(database: DatabaseSync): Statements {
	return {
		head: database.prepare(sql.head),
		nextIndex: database.prepare(sql.nextIndex),
		owner: database.prepare(sql.owner),
		addEvent: database.prepare(sql.addEvent),
		addStream: database.prepare(sql.addStream),
		settle: database.prepare(sql.settle),
		addClaim: database.prepare(sql.addClaim),
		keep: database.prepare(sql.keep),
		erase: database.prepare(sql.erase),
	};
}

function readHead(statement: StatementSync): ChainHead {
	const row = statement.get();
	return row === undefined ? emptyChain : { sequence: integerColumn(row, "sequence"), hash: bytesColumn(row, "hash") };
}
