/** Retrieval references: twelve digits, the last six of them count. */
export class References {
	readonly #now: () => number;
	#count: number;

	constructor(now: () => number, count: number) {
		this.#now = now;
		this.#count = count;
	}

	next(): string {
		this.#count += 1;
		const seconds = String(Math.trunc(this.#now() / 1000) % 1_000_000).padStart(6, "0");
		return `${seconds}${String(this.#count % 1_000_000).padStart(6, "0")}`;
	}
}
