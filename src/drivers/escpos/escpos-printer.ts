import type { DriverContext, DriverLine } from "../../devices/driver.ts";
import type { PosPrinter, PrinterStatus, PrintJob } from "../../devices/pos-printer.ts";
import { pause } from "../../kernel/deadline.ts";
import { Events } from "../../kernel/events.ts";
import { asFault, Fault } from "../../kernel/fault.ts";
import { Mutex } from "../../kernel/mutex.ts";
import { type Bytes, concatBytes } from "../../wire/bytes.ts";
import { askProof, proofId } from "./commands.ts";
import type { Dialogue, Expectation } from "./dialogue.ts";
import { InOrderAnswers } from "./in-order-answers.ts";
import { layoutSlip } from "./layout.ts";
import type { EscposOptions } from "./options.ts";
import { type PrintPlan, PrintRun } from "./print-run.ts";
import { acceptProof, askModelName, askStatus, type Completion, probeCompletion, settleInOrder } from "./questions.ts";
import { isReady, obstacle, sameStatus } from "./status.ts";

interface Attached {
	readonly line: DriverLine;
	readonly dialogue: Dialogue;
	readonly options: EscposOptions;
	readonly context: DriverContext;
	/** As the printer answered at attach; undefined for a one-way printer, which answers nothing at all. */
	readonly firstStatus: PrinterStatus | undefined;
}

/** What a ready printer said of itself. */
interface Introduction {
	readonly model: string | undefined;
	readonly completion: Completion;
}

const namelessModel = "ESC/POS printer";
/** A printer that proves nothing must not keep the first slip waiting for long. */
const longestProbeMs = 10_000;

/** What a one-way printer is taken to be. */
const assumedReady: PrinterStatus = { online: true, paper: "ok", cover: "closed", error: "none" };

/** An ESC/POS receipt printer on an open line; lives as long as the line. */
export class EscposPrinter implements PosPrinter {
	readonly category = "PosPrinter";
	readonly columns: number;
	readonly #attached: Attached;
	readonly #answers: boolean;
	readonly #inOrder: InOrderAnswers;
	readonly #jobs = new Mutex();
	readonly #statuses = new Events<PrinterStatus>();
	#status: PrinterStatus;
	#introduction: Introduction | undefined;
	#sequence: number;

	constructor(attached: Attached) {
		this.#attached = attached;
		this.columns = attached.options.columns;
		this.#answers = attached.firstStatus !== undefined;
		this.#inOrder = new InOrderAnswers(attached.dialogue);
		this.#status = attached.firstStatus ?? assumedReady;
		// Proofs of slips from before a reconnection must not be taken for those of new ones.
		this.#sequence = attached.context.clock.now();
		attached.dialogue.automatic.subscribe((status) => this.#learn(status));
		if (this.#answers) {
			void this.#watchIdle();
		}
	}

	get model(): string {
		return this.#introduction?.model ?? namelessModel;
	}

	get status(): PrinterStatus {
		return this.#status;
	}

	async checkHealth(signal?: AbortSignal): Promise<PrinterStatus> {
		if (this.#answers) {
			const { dialogue, options } = this.#attached;
			this.#learn(await askStatus(dialogue, { answerMs: options.answerMs, signal }));
		}
		return this.#status;
	}

	/**
	 * Asks a ready printer how it proves a slip, and what it is called.
	 * @returns undefined when it does not say within `answerMs`; it is asked again before the first slip
	 */
	async introduce(answerMs: number, signal?: AbortSignal): Promise<Introduction | undefined> {
		if (this.#introduction === undefined) {
			const { dialogue, options } = this.#attached;
			const how = { dialogue, inOrder: this.#inOrder, probeId: this.#nextId() };
			const completion =
				options.completion === "auto" ? await probeCompletion(how, { answerMs, signal }) : options.completion;
			if (completion !== undefined) {
				const patience = { answerMs: options.answerMs, signal };
				const model = this.#answers ? await askModelName(dialogue, patience) : undefined;
				this.#introduction = { model, completion };
			}
		}
		return this.#introduction;
	}

	async print(job: PrintJob, signal?: AbortSignal): Promise<"printed" | "unknown"> {
		const { line, context, options } = this.#attached;
		const slip = layoutSlip(job.markup, options);
		job.onState("queued");
		return this.#jobs.run(async () => {
			await this.#beReady(signal);
			const { completion } =
				(await this.introduce(Math.min(options.printMs, longestProbeMs), signal)) ??
				(await this.#acceptSilence(signal));
			if (completion === "gs-r") {
				await this.#settle(signal);
			}
			signal?.throwIfAborted();
			line.lost.throwIfAborted();
			return new PrintRun(this.#plan(job, slip, { completion, signal }), line, context).finish();
		}, signal);
	}

	#plan(
		job: PrintJob,
		slip: Bytes,
		how: { readonly completion: Completion; readonly signal: AbortSignal | undefined },
	): PrintPlan {
		const { printMs, suspendedMs, answerMs } = this.#attached.options;
		const shared = {
			job,
			statuses: this.#statuses,
			poll: (ended: AbortSignal) => this.checkHealth(ended),
			limits: { printMs, suspendedMs, pollMs: 2 * answerMs },
			signal: how.signal,
		};
		const { dialogue } = this.#attached;
		switch (how.completion) {
			case "gs-h": {
				const id = this.#nextId();
				return {
					...shared,
					slip: concatBytes(slip, askProof(id)),
					awaitProof: (ended) => untilEnded(dialogue.expect(acceptProof(id)), ended),
				};
			}
			case "gs-r":
				return {
					...shared,
					slip: concatBytes(slip, this.#inOrder.ask()),
					awaitProof: (ended) => this.#paperAnswered(ended),
				};
			case "none":
				return { ...shared, slip, awaitProof: undefined };
		}
	}

	/** GS r is answered when the slip was taken out of the buffer; only a printer that then is well has printed it. */
	async #paperAnswered(ended: AbortSignal): Promise<void> {
		await untilEnded(
			this.#attached.dialogue.expect((reply) => this.#inOrder.accept(reply)),
			ended,
		);
		if (!isReady(await this.checkHealth(ended))) {
			throw new Fault("E_FAILURE", { detail: "the printer stopped while its last slip came out" });
		}
	}

	/**
	 * A printer that said nothing in the time of a whole slip proves nothing, unless it stopped under the questions.
	 * @throws Fault when it did
	 */
	async #acceptSilence(signal: AbortSignal | undefined): Promise<Introduction> {
		throwObstacle(await this.checkHealth(signal));
		this.#inOrder.forget();
		this.#introduction = { model: undefined, completion: "none" };
		return this.#introduction;
	}

	async #settle(signal: AbortSignal | undefined): Promise<void> {
		const { dialogue, options } = this.#attached;
		if (this.#inOrder.owed) {
			await settleInOrder(dialogue, this.#inOrder, { answerMs: options.printMs, signal });
		}
	}

	/** @throws Fault when a slip sent now would not come out; nothing was sent */
	async #beReady(signal: AbortSignal | undefined): Promise<void> {
		const { line } = this.#attached;
		line.lost.throwIfAborted();
		let status: PrinterStatus;
		try {
			status = await this.checkHealth(signal);
		} catch (cause) {
			if (line.lost.aborted || signal?.aborted === true) {
				throw cause;
			}
			const silent = new Fault("E_OFFLINE", { detail: "the printer does not answer", cause });
			line.giveUp(silent);
			throw silent;
		}
		throwObstacle(status);
	}

	/** A printer switched off behind a TCP connection says nothing; so it is asked now and then. */
	async #watchIdle(): Promise<void> {
		const { line, options, context } = this.#attached;
		try {
			for (;;) {
				await pause(context.clock, options.watchMs, line.lost);
				if (!this.#jobs.busy) {
					await this.checkHealth(line.lost).catch(() => this.checkHealth(line.lost));
				}
			}
		} catch (thrown) {
			if (!line.lost.aborted) {
				line.giveUp(new Fault("E_OFFLINE", { detail: "the printer went silent", cause: asFault(thrown) }));
			}
		}
	}

	#learn(status: PrinterStatus): void {
		if (!sameStatus(status, this.#status)) {
			this.#attached.context.log.info("printer status", { ...status });
		}
		this.#status = status;
		this.#statuses.emit(status);
	}

	#nextId(): string {
		this.#sequence += 1;
		return proofId(this.#sequence);
	}
}

function throwObstacle(status: PrinterStatus): void {
	const stopped = obstacle(status);
	if (stopped !== undefined) {
		throw stopped;
	}
}

async function untilEnded(expected: Expectation<true>, ended: AbortSignal): Promise<void> {
	ended.addEventListener("abort", () => expected.cancel(), { once: true });
	await expected.arrived;
}
