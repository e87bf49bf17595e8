import type { Journal } from "../journal/journal.ts";
import { delayBefore } from "../kernel/backoff.ts";
import { pause } from "../kernel/deadline.ts";
import { asFault, Fault } from "../kernel/fault.ts";
import type { Ledger } from "./ledger.ts";
import { deliverReversal } from "./reversal-delivery.ts";
import { reversalSecrets } from "./reversal-message.ts";
import type { Terminal } from "./terminal.ts";

interface QueueOptions {
	readonly terminal: Terminal;
	readonly ledger: Ledger;
	readonly journal: Journal;
}

/**
 * The reversals that one terminal owes, oldest first. Each is tried at once, then with growing delays, and in any case
 * before the terminal's next transaction. None is ever dropped: it ends acknowledged, or released by a person.
 */
export class ReversalQueue {
	readonly #options: QueueOptions;
	readonly #owed: string[] = [];
	readonly #stop = new AbortController();
	#worker: Promise<void> | undefined;

	constructor(options: QueueOptions) {
		this.#options = options;
	}

	get owed(): readonly string[] {
		return this.#owed;
	}

	/** Takes over a reversal found at start-up and begins to deliver. */
	resume(id: string): void {
		this.#owed.push(id);
		this.#work(0);
	}

	/** Takes over a new reversal and tries it at once. The caller holds the terminal's turn. */
	async owe(id: string): Promise<void> {
		this.#owed.push(id);
		await this.#deliverAll(this.#stop.signal).catch((error: unknown) => this.#complain(error));
		this.#work(1);
	}

	/**
	 * Delivers everything that is owed, now. The caller holds the terminal's turn.
	 * @throws Fault `reversal_pending` when something is still owed
	 */
	async clear(signal: AbortSignal): Promise<void> {
		try {
			await this.#deliverAll(signal);
		} catch (error) {
			signal.throwIfAborted();
			const cause = asFault(error);
			throw new Fault("reversal_pending", {
				detail: `An earlier payment could not be reversed yet: ${cause.message}`,
				context: { transaction: this.#owed[0] ?? "", reason: cause.code },
				cause,
			});
		}
	}

	/** A person takes the reversal over. @throws Fault `reversal_unknown` */
	async release(id: string, by: string, note: string): Promise<void> {
		const { terminal, ledger } = this.#options;
		await terminal.exclusively(async () => {
			this.#mustOwe(id);
			await ledger.record(id, [{ type: "reversal_released", by, note }], { erase: [...reversalSecrets] });
			this.#owed.splice(this.#owed.indexOf(id), 1);
		});
	}

	/** Tries now instead of waiting. @throws Fault `reversal_unknown`, or why it is still owed */
	async retry(id: string): Promise<void> {
		this.#mustOwe(id);
		await this.#options.terminal.exclusively(() => this.#deliverAll(this.#stop.signal));
	}

	async close(): Promise<void> {
		this.#stop.abort(new Fault("shutting_down"));
		await this.#worker;
	}

	#mustOwe(id: string): void {
		if (!this.#owed.includes(id)) {
			throw new Fault("reversal_unknown", { context: { transaction: id } });
		}
	}

	async #deliverAll(signal: AbortSignal): Promise<void> {
		for (let id = this.#owed[0]; id !== undefined; id = this.#owed[0]) {
			await deliverReversal(this.#options, id, signal);
			this.#owed.shift();
		}
	}

	#work(failures: number): void {
		if (this.#owed.length > 0) {
			this.#worker ??= this.#deliverInTime(failures).finally(() => {
				this.#worker = undefined;
			});
		}
	}

	async #deliverInTime(before: number): Promise<void> {
		const { terminal } = this.#options;
		const { signal } = this.#stop;
		const stepsMs = terminal.lane.acquirer.timers.reversalBackoffMs;
		for (let failures = before; this.#owed.length > 0 && !signal.aborted; failures++) {
			try {
				await pause(terminal.clock, delayBefore({ stepsMs }, failures), signal);
				await terminal.exclusively(() => this.#deliverAll(signal), signal);
			} catch (error) {
				this.#complain(error);
			}
		}
	}

	#complain(error: unknown): void {
		const { code, message } = asFault(error);
		const { lane } = this.#options.terminal;
		if (code !== "shutting_down") {
			this.#options.terminal.log.warn("a reversal is still owed", { lane: lane.id, code, cause: message });
		}
	}
}
