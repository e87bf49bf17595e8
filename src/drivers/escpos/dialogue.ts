import type { DriverContext, DriverLine } from "../../devices/driver.ts";
import type { PrinterStatus } from "../../devices/pos-printer.ts";
import type { Timer } from "../../kernel/clock.ts";
import { withDeadline } from "../../kernel/deadline.ts";
import { Events } from "../../kernel/events.ts";
import { Mutex } from "../../kernel/mutex.ts";
import { AutomaticStatus } from "./automatic-status.ts";
import { type Reply, ReplyDemux } from "./reply-demux.ts";
import { fromAutomatic } from "./status.ts";

/** Bytes of one reply follow each other at line speed; a longer silence inside one means that its rest was lost. */
const gapMs = 200;

/** A question to the printer, and how its answer is recognised. */
export interface Question<T> {
	/** Shown when no answer comes. */
	readonly name: string;
	readonly bytes: Uint8Array;
	readonly answerMs: number;
	/** The answer in this reply, or undefined when the reply is not one. */
	readonly accept: (reply: Reply) => T | undefined;
}

/** A reply somebody waits for. */
export interface Expectation<T> {
	readonly arrived: Promise<T>;
	cancel(): void;
}

/**
 * The line to one printer: what it says is sorted, questions are asked one at a time,
 * because its one-byte answers do not say which question they answer.
 */
export class Dialogue {
	/** Every automatic status the printer sends. */
	readonly automatic = new Events<PrinterStatus>();
	/** Every one-byte answer to a question in buffer order, before anybody waiting for it learns of it. */
	readonly singles = new Events<number>();
	readonly #line: DriverLine;
	readonly #context: DriverContext;
	readonly #turn = new Mutex();
	readonly #demux = new ReplyDemux();
	readonly #blocks = new AutomaticStatus((block) => this.automatic.emit(fromAutomatic(block)));
	/** Each says whether the reply was what it waited for. */
	readonly #expected = new Set<(reply: Reply) => boolean>();
	#gap: Timer | undefined;

	constructor(line: DriverLine, context: DriverContext) {
		this.#line = line;
		this.#context = context;
		line.onData((chunk) => this.#hear(chunk));
		line.lost.addEventListener("abort", () => this.#gap?.cancel(), { once: true });
	}

	/** Waits for a reply without asking; whoever calls sends the request itself. */
	expect<T>(accept: (reply: Reply) => T | undefined): Expectation<T> {
		const arrived = Promise.withResolvers<T>();
		const listener = (reply: Reply): boolean => {
			const answer = accept(reply);
			if (answer === undefined) {
				return false;
			}
			this.#expected.delete(listener);
			arrived.resolve(answer);
			return true;
		};
		this.#expected.add(listener);
		return { arrived: arrived.promise, cancel: () => this.#expected.delete(listener) };
	}

	/**
	 * Asks, and waits for the answer; questions of others wait their turn.
	 * @throws Fault `E_TIMEOUT`, the reason of the lost line, or the abort reason
	 */
	async ask<T>(question: Question<T>, signal?: AbortSignal): Promise<T> {
		const { name, bytes, answerMs, accept } = question;
		const ended = signal === undefined ? this.#line.lost : AbortSignal.any([this.#line.lost, signal]);
		return this.#turn.run(async () => {
			const answer = this.expect(accept);
			const wait = { name, ms: answerMs, signal: ended, code: "E_TIMEOUT" } as const;
			try {
				return await withDeadline(this.#context.clock, wait, async () => {
					await this.#line.write(bytes);
					return answer.arrived;
				});
			} finally {
				answer.cancel();
			}
		}, ended);
	}

	#hear(chunk: Uint8Array): void {
		this.#gap?.cancel();
		this.#sort(this.#demux.push(chunk));
		if (this.#demux.midReply) {
			this.#gap = this.#context.clock.after(gapMs, () => this.#breakOff());
		}
	}

	#sort(replies: readonly Reply[]): void {
		for (const reply of replies) {
			if (reply.kind === "single") {
				this.singles.emit(reply.byte);
			}
			if (reply.kind === "automatic") {
				if (reply.first) {
					this.#dropPartialBlock();
				}
				this.#blocks.push(reply.byte);
			} else if (!this.#offer(reply) && reply.kind !== "flow") {
				this.#context.log.debug("reply nobody asked for", { reply: reply.kind });
			}
		}
	}

	#offer(reply: Reply): boolean {
		return [...this.#expected].some((accepts) => accepts(reply));
	}

	#breakOff(): void {
		this.#sort(this.#demux.breakOff());
		this.#dropPartialBlock();
	}

	#dropPartialBlock(): void {
		const lost = this.#blocks.breakOff();
		if (lost > 0) {
			this.#context.log.debug("an automatic status broke off", { bytes: lost });
		}
	}
}
