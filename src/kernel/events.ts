/** Typed events of one object: listeners are called in order, at once, and cannot stop each other. */
export class Events<M> {
	readonly #listeners = new Set<(event: M) => void>();

	/** Returns the way to stop listening. */
	subscribe(listener: (event: M) => void): () => void {
		this.#listeners.add(listener);
		return () => this.#listeners.delete(listener);
	}

	emit(event: M): void {
		for (const listener of this.#listeners) {
			listener(event);
		}
	}
}
