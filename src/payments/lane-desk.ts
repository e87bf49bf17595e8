import type { Journal } from "../journal/journal.ts";
import type { SlipCopy, Transaction } from "../journal/transaction.ts";
import type { Clock } from "../kernel/clock.ts";
import { asFault, Fault } from "../kernel/fault.ts";
import type { Log } from "../kernel/log.ts";
import type { Lane } from "./lane.ts";
import type { Ledger } from "./ledger.ts";
import { type Payment, PaymentRunner } from "./payment-runner.ts";
import type { LaneView, Readiness, SignInResult } from "./payments.ts";
import { asObstacle, obstaclesOf } from "./readiness.ts";
import { ReversalQueue } from "./reversal-queue.ts";
import { signIn } from "./sign-in.ts";
import { slipMarkup, slipText } from "./slip.ts";
import { SlipPrinter } from "./slip-printer.ts";
import { Terminal } from "./terminal.ts";

interface DeskOptions {
	readonly lane: Lane;
	readonly ledger: Ledger;
	readonly journal: Journal;
	readonly clock: Clock;
	readonly log: Log;
}

const previewColumns = 42;

/** Everything one lane does, and the one sale it may have. */
export class LaneDesk {
	readonly lane: Lane;
	readonly terminal: Terminal;
	readonly reversals: ReversalQueue;
	readonly slips: SlipPrinter;
	readonly #ledger: Ledger;
	readonly #stop = new AbortController();
	#busyWith: string | undefined;
	#running: { readonly runner: PaymentRunner; readonly end: Promise<void> } | undefined;

	constructor(options: DeskOptions) {
		this.lane = options.lane;
		this.#ledger = options.ledger;
		this.terminal = new Terminal(options);
		this.reversals = new ReversalQueue({ ...options, terminal: this.terminal });
		this.slips = new SlipPrinter({ ...options, terminal: this.terminal });
	}

	/** Takes the lane for a transaction while `accept` makes it durable. @throws Fault `lane_busy` */
	async occupy<T>(id: string, accept: () => Promise<T>): Promise<T> {
		await this.#finishing();
		if (this.#busyWith !== undefined) {
			throw new Fault("lane_busy", { context: { lane: this.lane.id, transaction: this.#busyWith } });
		}
		this.#busyWith = id;
		try {
			return await accept();
		} finally {
			if (this.#running === undefined) {
				this.#busyWith = undefined;
			}
		}
	}

	/** A till that saw the end of a payment, or of the first try to reverse it, may begin the next one while we tidy up. */
	async #finishing(): Promise<void> {
		if (this.#running === undefined) {
			return;
		}
		const { state, reversal } = this.#ledger.get(this.#running.runner.id);
		if (state === "finished" || reversal?.lastFailure !== undefined) {
			await this.#running.end;
		}
	}

	/** Begins an accepted payment; it goes on by itself. */
	start(payment: Payment): void {
		const runner = new PaymentRunner(payment, {
			ledger: this.#ledger,
			terminal: this.terminal,
			reversals: this.reversals,
			slips: this.slips,
		});
		const end = runner
			.run()
			.catch((error: unknown) => {
				this.terminal.log.error("a payment ended badly", { transaction: payment.id, cause: asFault(error).message });
			})
			.finally(() => {
				this.#running = undefined;
				this.#busyWith = undefined;
			});
		this.#running = { runner, end };
	}

	/** @throws Fault `too_late_to_cancel` */
	async cancel(id: string): Promise<Transaction> {
		if (this.#running?.runner.id !== id) {
			throw new Fault("too_late_to_cancel", { context: { transaction: id } });
		}
		return this.#running.runner.cancel();
	}

	view(): LaneView {
		const { lane, terminal } = this;
		return {
			id: lane.id,
			acquirer: lane.acquirer.id,
			terminalId: lane.terminal.terminalId,
			merchantId: lane.terminal.merchantId,
			pinPad: lane.pinPad.id,
			printer: lane.printer?.id,
			currency: lane.currency.alphabetic,
			signedIn: terminal.signInDue === undefined,
			batch: terminal.status.batch,
			busyWith: this.#busyWith,
			reversalsOwed: this.reversals.owed.length,
		};
	}

	readiness(): Readiness {
		const owed = this.reversals.owed[0];
		const faults = [
			...obstaclesOf(this.lane),
			...(owed === undefined ? [] : [new Fault("reversal_pending", { context: { transaction: owed } })]),
			...(this.#busyWith === undefined ? [] : [new Fault("lane_busy", { context: { transaction: this.#busyWith } })]),
		];
		return { lane: this.lane.id, ready: faults.length === 0, obstacles: faults.map(asObstacle) };
	}

	/** Pending reversals go first, because they were signed under the present key; a stuck one does not stop the sign-in. */
	signIn(): Promise<SignInResult> {
		const { signal } = this.#stop;
		return this.terminal.exclusively(async () => {
			await this.reversals.clear(signal).catch((error: unknown) => {
				this.terminal.log.warn("signing in with a reversal pending", { lane: this.lane.id, code: asFault(error).code });
			});
			return signIn(this.terminal, signal);
		}, signal);
	}

	echo(): Promise<{ readonly roundTripMs: number }> {
		const { line, profile, timers } = this.lane.acquirer;
		return this.terminal.exclusively(async () => {
			const request = profile.echo(this.lane.terminal, () => this.terminal.newTrace()).seal(undefined);
			const begun = this.terminal.clock.monotonicMs();
			const answer = await line.exchange(request, {
				answerMs: timers.answerMs,
				signal: this.#stop.signal,
				beforeSend: () => Promise.resolve(),
			});
			profile.readAnswer(request, answer);
			return { roundTripMs: this.terminal.clock.monotonicMs() - begun };
		}, this.#stop.signal);
	}

	/** @throws Fault `receipt_unavailable` while the sale is under way */
	receipt(id: string, copy: SlipCopy, duplicate: boolean): { readonly markup: string; readonly text: string } {
		const transaction = this.#ledger.get(id);
		if (transaction.host === undefined || transaction.state !== "finished") {
			throw new Fault("receipt_unavailable", { context: { transaction: id } });
		}
		const markup = slipMarkup(transaction, this.lane, { copy, duplicate, columns: previewColumns });
		return { markup, text: slipText(markup, previewColumns) };
	}

	async print(id: string, copy: SlipCopy): Promise<Transaction> {
		this.receipt(id, copy, true);
		if (this.lane.printer === undefined) {
			throw new Fault("E_NOEXIST", { detail: "The lane has no printer", context: { lane: this.lane.id } });
		}
		return this.slips.reprint(id, copy);
	}

	/** Cancels what is not with the host yet, waits for what is, then stops the queues. */
	async close(): Promise<void> {
		const running = this.#running;
		if (running !== undefined) {
			await running.runner.cancel().catch(() => undefined);
			await running.end;
		}
		this.#stop.abort(new Fault("shutting_down"));
		await this.reversals.close();
		await this.slips.close();
	}
}
