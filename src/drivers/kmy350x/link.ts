import type { DriverLine } from "../../devices/driver.ts";
import type { Turn } from "../../devices/session.ts";
import type { Clock } from "../../kernel/clock.ts";
import { Fault, isFault } from "../../kernel/fault.ts";
import type { Bytes } from "../../wire/bytes.ts";
import type { Command } from "./commands.ts";
import { type Status, statusOf } from "./status.ts";

export interface Answer {
	readonly status: Status;
	readonly data: Bytes;
}

/** Sendings of one command whose answers arrive damaged. */
const maxSendings = 3;
/** After a damaged answer: noise may come before the real one, which then must be taken before asking again. */
const settleMs = 300;

/**
 * One command, one answer. Answers carry no number: one that comes too late would be taken for the answer to the next
 * command. So a pad that stays silent, or whose answers stay damaged, loses its line and is opened anew.
 */
export class KmyLink {
	readonly line: DriverLine;
	readonly #clock: Clock;

	constructor(line: DriverLine, clock: Clock) {
		this.line = line;
		this.#clock = clock;
	}

	/**
	 * Whatever the pad answers, accepted or refused.
	 * @throws Fault `E_TIMEOUT` (silence), `E_FAILURE` with `extended: damaged_answer`, or why the line was lost
	 */
	async ask(turn: Turn, command: Command, answerMs: number): Promise<Answer> {
		for (let sending = 1; ; sending += 1) {
			await turn.send(command.payload);
			const answer = await this.#answer(turn, command, answerMs);
			if (answer !== undefined) {
				return answer;
			}
			if (!command.repeatable || sending === maxSendings) {
				return this.#giveUp(
					new Fault("E_FAILURE", {
						detail: `${command.name}: the answer arrives damaged; check cable and line speed of ${this.line.label}`,
						extended: "damaged_answer",
						context: { command: command.name, sendings: sending },
					}),
				);
			}
		}
	}

	/** The answer, or nothing when what came was damaged. Key bytes left over from an entry are passed over. */
	async #answer(turn: Turn, { name }: Command, answerMs: number): Promise<Answer | undefined> {
		const started = this.#clock.monotonicMs();
		let damaged = false;
		for (;;) {
			const left = Math.max(0, answerMs - (this.#clock.monotonicMs() - started));
			const ms = damaged ? Math.min(settleMs, left) : left;
			try {
				const frame = await turn.next({ name: `answer to ${name}`, ms, code: "E_TIMEOUT" });
				if (frame.kind === "data") {
					return { status: statusOf(frame.payload[0] ?? 0), data: frame.payload.slice(1) };
				}
				damaged ||= frame.kind === "garbage";
			} catch (error) {
				if (isFault(error, "E_TIMEOUT") && !this.line.lost.aborted) {
					return damaged ? undefined : this.#giveUp(error);
				}
				throw error;
			}
		}
	}

	#giveUp(fault: Fault): never {
		this.line.giveUp(fault);
		throw fault;
	}
}

/** @throws Fault `keys_lost`, or `E_FAILURE` with the status as `extended`, when the pad refused the command */
export function mustBeAccepted({ name: command }: Command, { accepted, name, text }: Status): void {
	if (!accepted) {
		const details = { detail: `${command}: ${text}`, extended: name, context: { command } };
		throw new Fault(name === "keys_lost" ? "keys_lost" : "E_FAILURE", details);
	}
}
