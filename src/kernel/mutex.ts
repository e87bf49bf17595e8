/** One holder at a time, first come first served. */
export class Mutex {
	#tail: Promise<void> = Promise.resolve();
	#waiting = 0;

	/** True while somebody holds the mutex or waits for it. */
	get busy(): boolean {
		return this.#waiting > 0;
	}

	/**
	 * Runs `work` when all earlier work has ended. A waiter whose signal aborts leaves the queue without having run.
	 * @throws whatever `work` throws, or the abort reason
	 */
	async run<T>(work: () => Promise<T>, signal?: AbortSignal): Promise<T> {
		const before = this.#tail;
		const turn = Promise.withResolvers<void>();
		this.#tail = turn.promise;
		this.#waiting += 1;
		try {
			await untilAborted(before, signal);
			return await work();
		} finally {
			this.#waiting -= 1;
			// A waiter that gave up must not let the next one overtake the present holder.
			void before.then(turn.resolve);
		}
	}
}

async function untilAborted(turn: Promise<void>, signal: AbortSignal | undefined): Promise<void> {
	if (signal === undefined) {
		return turn;
	}
	signal.throwIfAborted();
	const aborted = Promise.withResolvers<never>();
	const onAbort = (): void => aborted.reject(signal.reason);
	signal.addEventListener("abort", onAbort, { once: true });
	try {
		await Promise.race([turn, aborted.promise]);
	} finally {
		signal.removeEventListener("abort", onAbort);
	}
}
