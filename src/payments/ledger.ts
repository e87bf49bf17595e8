import type { Claim, Journal, JournalEvent, JournalWrite, Recorded, WriteResult } from "../journal/journal.ts";
import { applyEvent, foldTransaction, isSettled, type Transaction } from "../journal/transaction.ts";
import { isTransactionEvent, type TransactionEvent } from "../journal/transaction-events.ts";
import type { Clock } from "../kernel/clock.ts";
import { pause } from "../kernel/deadline.ts";
import { Events } from "../kernel/events.ts";
import { Fault, isFault } from "../kernel/fault.ts";
import type { Log } from "../kernel/log.ts";

/** What goes to disk together with the events of one step. */
export type StepExtras = Pick<JournalWrite, "keep" | "erase" | "claims">;

type Unstamped<E> = E extends unknown ? Omit<E, "at"> : never;

/** A transaction event before it gets its time. */
export type NewEvent = Unstamped<TransactionEvent>;

/** One that may have got its time when it happened, to be written later. */
export type TimedEvent = NewEvent | TransactionEvent;

type Accepted = Extract<NewEvent, { type: "accepted" }>;

const retryDelayMs = 1_000;

/** The transactions of this daemon: events in, states out. Nothing is shown before it is on disk. */
export class Ledger {
	/** Told of each transaction after each durable step. */
	readonly changes = new Events<Transaction>();
	readonly #journal: Journal;
	readonly #clock: Clock;
	readonly #log: Log;
	/** As on disk. */
	readonly #durable = new Map<string, Transaction>();
	/** With the writes under way applied: decides what a step settles. */
	readonly #ahead = new Map<string, Transaction>();

	constructor(options: { readonly journal: Journal; readonly clock: Clock; readonly log: Log }) {
		this.#journal = options.journal;
		this.#clock = options.clock;
		this.#log = options.log;
	}

	/** Begins a transaction; refuses when one of its claims is taken. */
	async begin(event: Accepted, claims: readonly Claim[]): Promise<WriteResult> {
		const accepted = { ...event, at: this.#clock.now() };
		const result = await this.#journal.write({
			stream: event.id,
			events: [accepted],
			open: { kind: "transaction", lane: event.lane },
			claims,
		});
		if (result.kind === "written") {
			this.#remember(foldTransaction([accepted]));
		}
		return result;
	}

	/**
	 * Makes a step durable.
	 * @throws Fault `journal_unwritable`: the step did not happen
	 */
	async record(id: string, events: readonly TimedEvent[], extras: StepExtras): Promise<Transaction> {
		const now = this.#clock.now();
		const stamped = events.map((event) => ("at" in event ? event : { ...event, at: now }));
		const ahead = stamped.reduce(applyEvent, this.#ahead.get(id) ?? this.get(id));
		this.#ahead.set(id, ahead);
		let written: WriteResult;
		try {
			written = await this.#journal.write({ stream: id, events: stamped, settled: isSettled(ahead), ...extras });
		} catch (error) {
			this.#ahead.delete(id);
			throw error;
		}
		const live = this.#durable.get(id);
		const durable = live === undefined ? this.#readUpTo(id, written) : stamped.reduce(applyEvent, live);
		this.#remember(durable);
		return durable;
	}

	/**
	 * Makes a step durable that has already happened outside (an answer came): keeps trying while the disk refuses,
	 * for there is no way back.
	 */
	async recordForSure(id: string, events: readonly TimedEvent[], extras: StepExtras): Promise<Transaction> {
		for (;;) {
			try {
				return await this.record(id, events, extras);
			} catch (error) {
				if (!isFault(error, "journal_unwritable")) {
					throw error;
				}
				this.#log.error("the journal cannot be written; trying again", { transaction: id, code: error.code });
				await pause(this.#clock, retryDelayMs);
			}
		}
	}

	/** @throws Fault `transaction_unknown` */
	get(id: string): Transaction {
		return this.#durable.get(id) ?? foldRecorded(id, this.#journal.read(id));
	}

	/** The same; undefined when there is no such transaction. */
	find(id: string): Transaction | undefined {
		return this.#durable.get(id) ?? foldEvents(this.#journal.read(id));
	}

	/** What is not held in memory is read again, and no further than this step: a later one comes by itself. */
	#readUpTo(id: string, written: WriteResult): Transaction {
		const last = written.kind === "written" ? written.sequence : this.#journal.head;
		return foldRecorded(
			id,
			this.#journal.read(id).filter(({ sequence }) => sequence <= last),
		);
	}

	timeline(id: string): readonly Recorded[] {
		const events = this.#journal.read(id);
		if (events.length === 0) {
			throw new Fault("transaction_unknown", { context: { transaction: id } });
		}
		return events;
	}

	/** The transaction once `ready` holds, or as it stands after `ms`. */
	async until(id: string, ready: (transaction: Transaction) => boolean, wait: UntilWait): Promise<Transaction> {
		if (ready(this.get(id))) {
			return this.get(id);
		}
		const settled = Promise.withResolvers<void>();
		const stop = this.changes.subscribe((changed) => {
			if (changed.id === id && ready(changed)) {
				settled.resolve();
			}
		});
		const timer = this.#clock.after(wait.ms, settled.resolve);
		wait.signal?.addEventListener("abort", () => settled.resolve(), { once: true });
		try {
			await settled.promise;
		} finally {
			timer.cancel();
			stop();
		}
		return this.get(id);
	}

	#remember(transaction: Transaction | undefined): void {
		if (transaction === undefined) {
			return;
		}
		if (isSettled(transaction)) {
			this.#durable.delete(transaction.id);
			this.#ahead.delete(transaction.id);
		} else {
			this.#durable.set(transaction.id, transaction);
		}
		this.changes.emit(transaction);
	}
}

interface UntilWait {
	readonly ms: number;
	readonly signal: AbortSignal | undefined;
}

function foldRecorded(id: string, events: readonly Recorded[]): Transaction {
	const folded = foldEvents(events);
	if (folded === undefined) {
		throw new Fault("transaction_unknown", { context: { transaction: id } });
	}
	return folded;
}

function foldEvents(events: readonly Recorded[]): Transaction | undefined {
	return foldTransaction(events.flatMap(({ event }) => asTransactionEvent(event)));
}

function asTransactionEvent(event: JournalEvent): readonly TransactionEvent[] {
	return isTransactionEvent(event) ? [event] : [];
}
