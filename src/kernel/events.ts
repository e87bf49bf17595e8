/** Typed events of one object: listeners are called in order, at once, and cannot stop each other. */
export class Events<M> {
	readonly #listeners = new Set<(event: M) => void>();

	/** Returns the way to stop listening. */
	subscribe(listener: (event: M) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	/** @throws what a listener threw, after all have been called; AggregateError when several did */
	emit(event: M): void {
		const problems: unknown[] = [];
		for (const listener of this.#listeners) {
			try {
				listener(event);
			} catch (problem) {
				problems.push(problem);
			}
		}
		if (problems.length > 1) {
			throw new AggregateError(problems, `${problems.length} listeners failed`);
		}
		if (problems.length === 1) {
			throw problems[0];
		}
	}
}
