import type { Clock } from "./clock.ts";
import { type Wait, withDeadline } from "./deadline.ts";

/** A queue that can be waited on. Items that arrive early are kept; a closed inbox refuses with its reason. */
export class Inbox<T> {
	readonly #items: T[] = [];
	readonly #clock: Clock;
	#waiter: PromiseWithResolvers<T> | undefined;
	#closed: { readonly reason: unknown } | undefined;

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	push(item: T): void {
		if (this.#closed !== undefined) {
			return;
		}
		if (this.#waiter === undefined) {
			this.#items.push(item);
			return;
		}
		const waiter = this.#waiter;
		this.#waiter = undefined;
		waiter.resolve(item);
	}

	/** Takes the oldest item, waiting for one if need be. One taker at a time. */
	async take(wait: Wait): Promise<T> {
		const ready = this.#items.shift();
		if (ready !== undefined) {
			return ready;
		}
		if (this.#closed !== undefined) {
			throw this.#closed.reason;
		}
		if (this.#waiter !== undefined) {
			throw new Error(`inbox has a taker already, ${wait.name} must wait its turn`);
		}
		const waiter = Promise.withResolvers<T>();
		this.#waiter = waiter;
		try {
			return await withDeadline(this.#clock, wait, () => waiter.promise);
		} finally {
			if (this.#waiter === waiter) {
				this.#waiter = undefined;
			}
		}
	}

	/** Throws away what nobody took; gives it back so that it can be counted. */
	drain(): readonly T[] {
		return this.#items.splice(0);
	}

	/** Ends the present and all later waits with `reason`. */
	close(reason: unknown): void {
		this.#closed ??= { reason };
		this.#waiter?.reject(reason);
		this.#waiter = undefined;
	}
}
