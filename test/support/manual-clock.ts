import type { Clock, Timer } from "../../src/kernel/clock.ts";

interface Pending {
	readonly at: number;
	readonly callback: () => void;
}

/** A clock that moves only when the test says so. */
export class ManualClock implements Clock {
	#now: number;
	readonly #pending = new Set<Pending>();

	constructor(epochMs = Date.UTC(2026, 0, 2, 3, 4, 5)) {
		this.#now = epochMs;
	}

	now(): number {
		return this.#now;
	}

	monotonicMs(): number {
		return this.#now;
	}

	after(delayMs: number, callback: () => void): Timer {
		const pending = { at: this.#now + delayMs, callback };
		this.#pending.add(pending);
		return { cancel: () => this.#pending.delete(pending) };
	}

	/** How many timers are running: a test can wait for the code under test to start waiting. */
	get timers(): number {
		return this.#pending.size;
	}

	/** Fires what is due, in order of time, letting promises settle in between. */
	async advance(ms: number): Promise<void> {
		const end = this.#now + ms;
		for (;;) {
			await settle();
			const next = [...this.#pending].filter((pending) => pending.at <= end).sort((a, b) => a.at - b.at)[0];
			if (next === undefined) {
				break;
			}
			this.#pending.delete(next);
			this.#now = Math.max(this.#now, next.at);
			next.callback();
		}
		this.#now = end;
		await settle();
	}
}

/** Lets everything that is ready to run, run. */
export async function settle(): Promise<void> {
	for (let turn = 0; turn < 20; turn++) {
		await Promise.resolve();
	}
	await new Promise((resolve) => setImmediate(resolve));
}
