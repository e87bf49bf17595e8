import { randomId } from "../crypto/random.ts";
import type { ManagedDevice } from "../devices/device.ts";
import type { PosPrinter } from "../devices/pos-printer.ts";
import type { Slip, SlipCopy, Transaction } from "../journal/transaction.ts";
import { pause } from "../kernel/deadline.ts";
import { asFault } from "../kernel/fault.ts";
import { Mutex } from "../kernel/mutex.ts";
import type { Lane } from "./lane.ts";
import type { Ledger, NewEvent } from "./ledger.ts";
import { slipMarkup } from "./slip.ts";
import type { Terminal } from "./terminal.ts";

/** A printer that comes back says so; one that gets paper may not. */
const lookAgainMs = 5_000;

const copies: readonly SlipCopy[] = ["merchant", "customer"];

/** Prints the slips of one lane, one after the other, beside and after the sale. A slip that failed is a duplicate next time. */
export class SlipPrinter {
	readonly #terminal: Terminal;
	readonly #ledger: Ledger;
	readonly #turn = new Mutex();
	readonly #stop = new AbortController();
	readonly #running = new Set<Promise<void>>();

	constructor(options: { readonly terminal: Terminal; readonly ledger: Ledger }) {
		this.#terminal = options.terminal;
		this.#ledger = options.ledger;
	}

	/** The slips an approval owes, to be recorded with it. A balance is shown, not printed. */
	slipsFor({ kind }: Pick<Transaction, "kind">): readonly NewEvent[] {
		return this.#lane.printer === undefined || kind === "balance"
			? []
			: copies.map((copy) => this.#queued(copy, false));
	}

	/** Queues one more copy, marked as duplicate. */
	async reprint(id: string, copy: SlipCopy): Promise<Transaction> {
		const transaction = await this.#ledger.record(id, [this.#queued(copy, true)], {});
		this.printQueued(id);
		return transaction;
	}

	/** Prints what the transaction has queued, in the background, however long paper takes. */
	printQueued(id: string): void {
		const printing = this.#turn
			.run(() => this.#printAll(id), this.#stop.signal)
			.catch((error: unknown) => {
				if (!this.#stop.signal.aborted) {
					this.#terminal.log.error("a slip could not be printed", { transaction: id, code: asFault(error).code });
				}
			})
			.finally(() => this.#running.delete(printing));
		this.#running.add(printing);
	}

	/** A slip that was queued when the daemon stopped may have come out already: what is printed now is a duplicate. */
	async resume(transaction: Transaction): Promise<void> {
		for (const { job, copy } of transaction.slips.filter(({ state }) => state === "queued")) {
			await this.#ledger.record(
				transaction.id,
				[{ type: "slip_failed", job, copy, state: "not_sent", code: "interrupted" }],
				{},
			);
		}
		this.printQueued(transaction.id);
	}

	async close(): Promise<void> {
		this.#stop.abort(new Error("the slip printer is closing"));
		await Promise.all(this.#running);
	}

	get #lane(): Lane {
		return this.#terminal.lane;
	}

	#queued(copy: SlipCopy, duplicate: boolean): NewEvent {
		return { type: "slip_queued", job: randomId("prn_"), copy, duplicate };
	}

	async #printAll(id: string): Promise<void> {
		const { printer } = this.#lane;
		if (printer === undefined) {
			return;
		}
		for (let slip = this.#next(id); slip !== undefined; slip = this.#next(id)) {
			await this.#print(printer, this.#ledger.get(id), slip);
		}
	}

	#next(id: string): Slip | undefined {
		return this.#ledger.get(id).slips.find(({ state }) => state === "queued");
	}

	async #print(printer: ManagedDevice<PosPrinter>, transaction: Transaction, slip: Slip): Promise<void> {
		const { job, copy, duplicate } = slip;
		const { signal } = this.#stop;
		try {
			const live = printer.use();
			const markup = slipMarkup(transaction, this.#lane, { copy, duplicate, columns: live.columns });
			const end = await live.print({ id: job, markup, onState: () => undefined }, signal);
			await this.#ledger.recordForSure(transaction.id, [outcome(end, job, copy)], {});
		} catch (error) {
			signal.throwIfAborted();
			await this.#postpone(printer, transaction.id, slip, asFault(error).code);
		}
	}

	async #postpone(printer: ManagedDevice<PosPrinter>, id: string, slip: Slip, code: string): Promise<void> {
		const { job, copy } = slip;
		if (!slip.duplicate) {
			await this.#ledger.recordForSure(id, [{ type: "slip_failed", job, copy, state: "not_sent", code }], {});
		}
		const woken = new AbortController();
		const stop = printer.changes.subscribe(() => woken.abort());
		try {
			await pause(this.#terminal.clock, lookAgainMs, AbortSignal.any([this.#stop.signal, woken.signal]));
		} catch {
			this.#stop.signal.throwIfAborted();
		} finally {
			stop();
		}
	}
}

function outcome(end: "printed" | "unknown", job: string, copy: SlipCopy): NewEvent {
	return end === "printed"
		? { type: "slip_printed", job, copy }
		: { type: "slip_failed", job, copy, state: "unknown", code: "E_TIMEOUT" };
}
