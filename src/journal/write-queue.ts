import { once } from "node:events";
import { extname } from "node:path";
import { Worker } from "node:worker_threads";
import type { Clock } from "../kernel/clock.ts";
import { withDeadline } from "../kernel/deadline.ts";
import { asFault, Fault } from "../kernel/fault.ts";
import type { Log } from "../kernel/log.ts";
import type { SealedStep, StepResult } from "./writer.ts";
import type { WriterMessage, WriterThreadData } from "./writer-thread.ts";

interface WriteQueueOptions {
	readonly file: string;
	readonly clock: Clock;
	readonly log: Log;
}

const threadDeadlineMs = 30_000;

/** So many steps do not wait for the end of the turn: the thread works while more are being made. */
const fullMessage = 16;

/** The way to the writing thread: steps of one turn of the event loop travel as one message, results come back in order. */
export class WriteQueue {
	readonly #worker: Worker;
	readonly #bell = new Int32Array(new SharedArrayBuffer(4));
	readonly #clock: Clock;
	readonly #log: Log;
	readonly #waiting: PromiseWithResolvers<StepResult>[] = [];
	#gathered: SealedStep[] = [];
	#ended: Fault | undefined;
	#writable = true;

	private constructor({ file, clock, log }: WriteQueueOptions) {
		this.#clock = clock;
		this.#log = log;
		// The extension of this very file: .ts from the source, .js once built.
		const program = new URL(`./writer-thread${extname(import.meta.url)}`, import.meta.url);
		this.#worker = new Worker(program, {
			workerData: { file, bell: this.#bell } satisfies WriterThreadData,
			execArgv: [],
		});
		this.#worker.on("message", (results: readonly StepResult[]) => this.#answer(results));
		this.#worker.on("error", (error) => this.#end(new Fault("journal_unwritable", { cause: error })));
	}

	/** Starts the thread and waits until it answers. */
	static async start(options: WriteQueueOptions): Promise<WriteQueue> {
		const queue = new WriteQueue(options);
		const wait = { name: "start of the journal's thread", ms: threadDeadlineMs };
		queue.#send([]);
		await withDeadline(options.clock, wait, (signal) => once(queue.#worker, "message", { signal }));
		return queue;
	}

	/** Resolves when the step is on disk or was refused; in the order of submission. */
	submit(step: SealedStep): Promise<StepResult> {
		if (this.#ended !== undefined) {
			return Promise.reject(this.#ended);
		}
		const gathered = this.#gathered.push(step);
		if (gathered === fullMessage) {
			this.#flush();
		} else if (gathered === 1) {
			setImmediate(() => this.#flush());
		}
		const result = Promise.withResolvers<StepResult>();
		this.#waiting.push(result);
		return result.promise;
	}

	/** Writes what was submitted, then ends the thread. */
	async close(): Promise<void> {
		if (this.#ended !== undefined) {
			return;
		}
		this.#ended = new Fault("shutting_down");
		this.#flush();
		this.#send("close");
		const wait = { name: "end of the journal's thread", ms: threadDeadlineMs };
		await withDeadline(this.#clock, wait, (signal) => once(this.#worker, "exit", { signal }));
	}

	#flush(): void {
		if (this.#gathered.length > 0) {
			this.#send(this.#gathered);
			this.#gathered = [];
		}
	}

	#send(message: WriterMessage): void {
		this.#worker.postMessage(message);
		Atomics.add(this.#bell, 0, 1);
		Atomics.notify(this.#bell, 0);
	}

	#answer(results: readonly StepResult[]): void {
		this.#noteHealth(results);
		const answered = this.#waiting.splice(0, results.length);
		for (const [index, result] of results.entries()) {
			answered[index]?.resolve(result);
		}
	}

	/** One line when the disk begins to refuse and one when it takes again, however many steps are tried between. */
	#noteHealth(results: readonly StepResult[]): void {
		const failure = results.find((result) => result.kind === "failed" && result.code !== "internal");
		const written = results.some((result) => result.kind === "written");
		if (failure?.kind === "failed" && this.#writable) {
			this.#writable = false;
			this.#log.error("the journal cannot be written", { code: failure.code, detail: failure.detail });
		} else if (written && !this.#writable) {
			this.#writable = true;
			this.#log.info("the journal can be written again");
		}
	}

	#end(fault: Fault): void {
		this.#ended = asFault(fault);
		this.#log.error("the journal's thread has ended", { code: fault.code, cause: fault.cause });
		for (const waiting of this.#waiting.splice(0)) {
			waiting.reject(this.#ended);
		}
	}
}
