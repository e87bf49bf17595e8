import type { HostAnswer, MacInput, TraceIdentity } from "../acquirers/profile.ts";
import type { KeySlot } from "../devices/pin-pad.ts";
import type { Journal, JournalEvent } from "../journal/journal.ts";
import {
	applyTerminalEvent,
	foldTerminal,
	isTerminalEvent,
	signInDue,
	type TerminalEvent,
	type TerminalStatus,
} from "../journal/terminal-events.ts";
import { type Clock, localDay } from "../kernel/clock.ts";
import type { Log } from "../kernel/log.ts";
import { Mutex } from "../kernel/mutex.ts";
import { type Bytes, equalBytes } from "../wire/bytes.ts";
import type { Lane } from "./lane.ts";
import { lastStan, nextStan } from "./stan.ts";

type Unstamped<E> = E extends unknown ? Omit<E, "at"> : never;

interface TerminalOptions {
	readonly lane: Lane;
	readonly journal: Journal;
	readonly clock: Clock;
	readonly log: Log;
}

/**
 * The terminal of one lane: its turn, its counters, its keys.
 * A host knows a request by terminal, trace and batch number, so requests of one terminal go one after the other.
 */
export class Terminal {
	readonly lane: Lane;
	readonly clock: Clock;
	readonly log: Log;
	readonly #journal: Journal;
	readonly #turn = new Mutex();
	#status: TerminalStatus;
	#stan: string;

	constructor(options: TerminalOptions) {
		this.lane = options.lane;
		this.clock = options.clock;
		this.log = options.log;
		this.#journal = options.journal;
		this.#status = foldTerminal(options.journal.read(this.stream).flatMap(({ event }) => asTerminalEvent(event)));
		this.#stan = lastStan(options.journal, { lane: options.lane.id, terminalStream: this.stream });
	}

	get stream(): string {
		return `terminal:${this.lane.id}`;
	}

	get status(): TerminalStatus {
		return this.#status;
	}

	get businessDay(): string {
		return localDay(this.clock.now());
	}

	/** Why a sign-in is due; undefined when the keys are good, or the host knows no sign-in. */
	get signInDue(): string | undefined {
		const known = this.lane.acquirer.profile.signInBrings !== undefined;
		return known ? signInDue(this.#status, this.businessDay) : undefined;
	}

	/** Runs `work` while nothing else talks to the host or the pad on behalf of this terminal. */
	exclusively<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
		return this.#turn.run(work, signal);
	}

	/** A new trace number in the present batch. It is durable with the event that says it was sent. */
	newTrace(): TraceIdentity {
		this.#stan = nextStan(this.#stan);
		return { stan: this.#stan, batch: this.#status.batch };
	}

	async record(event: Unstamped<TerminalEvent>): Promise<void> {
		const stamped: TerminalEvent = { ...event, at: this.clock.now() };
		await this.#journal.write({
			stream: this.stream,
			events: [stamped],
			open: { kind: "terminal", lane: this.lane.id },
			settled: true,
		});
		this.#status = applyTerminalEvent(this.#status, stamped);
	}

	/** Asks for a sign-in before the next transaction, unless one is due already. */
	async askForSignIn(why: string): Promise<void> {
		if (this.#status.dueBecause === undefined) {
			await this.record({ type: "sign_in_due", why });
		}
	}

	/** The MAC of these bytes, made by the pad under the terminal's TAK. */
	computeMac(input: MacInput | undefined, signal: AbortSignal | undefined): Promise<Bytes | undefined> {
		return input === undefined
			? Promise.resolve(undefined)
			: this.lane.pinPad.use().computeMac({ ...input, at: this.#slot("tak") }, signal);
	}

	/** Whether the pad computes the same MAC over the answer as the host did. */
	async verifyMac(answer: HostAnswer, signal: AbortSignal | undefined): Promise<boolean> {
		if (answer.mac === undefined) {
			return !this.lane.acquirer.profile.answersCarryMac;
		}
		const expected = await this.computeMac(answer.mac.input, signal);
		return expected !== undefined && equalBytes(expected, answer.mac.value);
	}

	/** The pad's slot for a working key of this terminal. */
	slotOf(role: "TPK" | "TAK" | "TDK"): KeySlot {
		const names = { TPK: "tpk", TAK: "tak", TDK: "tdk" } as const;
		return this.#slot(names[role]);
	}

	#slot(name: "tpk" | "tak" | "tdk"): KeySlot {
		return { master: this.lane.keys.master, slot: this.lane.keys[name] };
	}
}

function asTerminalEvent(event: JournalEvent): readonly TerminalEvent[] {
	return isTerminalEvent(event) ? [event] : [];
}
