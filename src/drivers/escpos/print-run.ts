import type { DriverContext, DriverLine } from "../../devices/driver.ts";
import type { PrinterStatus, PrintJob, PrintJobState } from "../../devices/pos-printer.ts";
import type { Timer } from "../../kernel/clock.ts";
import { pause } from "../../kernel/deadline.ts";
import type { Events } from "../../kernel/events.ts";
import { asFault, Fault } from "../../kernel/fault.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { resumeAfterError } from "./commands.ts";
import { errorWasCleared, type JobEvent, nextJobState } from "./job.ts";

/** Small enough that a printer which stops takes in little more than it prints. */
const pieceLength = 512;

/** A printer that answers none of this many polls is switched off. */
const silentPolls = 3;

/** A slip on its way, with everything its run needs. */
export interface PrintPlan {
	readonly job: PrintJob;
	readonly slip: Bytes;
	/** Called before the first byte leaves; gives the wait for the proof, or undefined when there is none. */
	readonly awaitProof: ((ended: AbortSignal) => Promise<void>) | undefined;
	readonly statuses: Events<PrinterStatus>;
	/** Asks the printer now; also tells `statuses`. */
	readonly poll: (ended: AbortSignal) => Promise<PrinterStatus>;
	readonly limits: {
		readonly printMs: number;
		readonly suspendedMs: number;
		/** While a slip is coming out the printer is asked this often whether it is still there. */
		readonly pollMs: number;
	};
	readonly signal: AbortSignal | undefined;
}

/**
 * Sends one slip and sees it through: the runner around the pure machine of `job.ts`.
 * Never throws: once a byte may have left, the slip is either `printed` or `unknown`.
 */
export class PrintRun {
	readonly #plan: PrintPlan;
	readonly #line: DriverLine;
	readonly #context: DriverContext;
	readonly #ended = new AbortController();
	readonly #outcome = Promise.withResolvers<"printed" | "unknown">();
	#state: PrintJobState = "queued";
	#status: PrinterStatus | undefined;
	#limit: Timer | undefined;

	constructor(plan: PrintPlan, line: DriverLine, context: DriverContext) {
		this.#plan = plan;
		this.#line = line;
		this.#context = context;
	}

	async finish(): Promise<"printed" | "unknown"> {
		const unsubscribe = this.#plan.statuses.subscribe((status) => this.#learn(status));
		const over = this.#plan.signal === undefined ? [this.#line.lost] : [this.#line.lost, this.#plan.signal];
		const onOver = (): void => this.#on({ kind: "unprovable" });
		over.forEach((signal) => signal.addEventListener("abort", onOver, { once: true }));
		try {
			this.#on({ kind: "sending" });
			void this.#send();
			return await this.#outcome.promise;
		} finally {
			unsubscribe();
			over.forEach((signal) => signal.removeEventListener("abort", onOver));
			this.#limit?.cancel();
			this.#ended.abort();
		}
	}

	#learn(status: PrinterStatus): void {
		const before = this.#status;
		this.#status = status;
		this.#on({ kind: "status", status });
		if (before !== undefined && errorWasCleared(before, status)) {
			// A line that is lost says so itself.
			this.#line.write(resumeAfterError).catch(() => undefined);
		}
	}

	async #send(): Promise<void> {
		try {
			const proof = this.#plan.awaitProof?.(this.#ended.signal);
			void proof?.then(
				() => this.#on({ kind: "proven" }),
				() => this.#on({ kind: "unprovable" }),
			);
			await this.#writePieces();
			if (proof === undefined) {
				this.#on({ kind: "unprovable" });
				return;
			}
			await this.#watch();
		} catch (thrown) {
			this.#context.log.warn("a slip was interrupted", { job: this.#plan.job.id, cause: asFault(thrown).code });
			this.#on({ kind: "unprovable" });
		}
	}

	/** While the printer is stopped a write may hang: the limits of the state end it, and the line with it. */
	async #writePieces(): Promise<void> {
		const { slip } = this.#plan;
		const unfinished = (): void => this.#line.giveUp(new Fault("E_OFFLINE", { detail: "a slip was cut short" }));
		this.#ended.signal.addEventListener("abort", unfinished, { once: true });
		for (let offset = 0; offset < slip.length && !this.#ended.signal.aborted; offset += pieceLength) {
			await this.#line.write(slip.subarray(offset, offset + pieceLength));
		}
		this.#ended.signal.removeEventListener("abort", unfinished);
	}

	/** Notices a printer that was switched off behind an open TCP connection. */
	async #watch(): Promise<void> {
		for (let silent = 0; silent < silentPolls; ) {
			await pause(this.#context.clock, this.#plan.limits.pollMs, this.#ended.signal).catch(() => undefined);
			if (this.#ended.signal.aborted) {
				return;
			}
			silent = (await this.#answers()) ? 0 : silent + 1;
		}
		this.#on({ kind: "unprovable" });
		this.#line.giveUp(new Fault("E_OFFLINE", { detail: "the printer went silent while printing" }));
	}

	async #answers(): Promise<boolean> {
		try {
			await this.#plan.poll(this.#ended.signal);
			return true;
		} catch {
			return this.#ended.signal.aborted;
		}
	}

	#on(event: JobEvent): void {
		const next = nextJobState(this.#state, event);
		if (next === this.#state) {
			return;
		}
		this.#state = next;
		this.#limit?.cancel();
		this.#plan.job.onState(next);
		if (next === "printed" || next === "unknown") {
			this.#outcome.resolve(next);
			return;
		}
		const { printMs, suspendedMs } = this.#plan.limits;
		this.#limit = this.#context.clock.after(next === "suspended" ? suspendedMs : printMs, () =>
			this.#on({ kind: "unprovable" }),
		);
	}
}
