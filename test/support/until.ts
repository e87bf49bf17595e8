import { setTimeout } from "node:timers/promises";

const patienceMs = 15_000;
const lookAgainMs = 10;

/** Looks until it is as wanted, and gives what was seen last. */
export async function until<T>(what: string, look: () => Promise<T> | T, isReached: (seen: T) => boolean): Promise<T> {
	const latest = performance.now() + patienceMs;
	for (;;) {
		const seen = await look();
		if (isReached(seen)) {
			return seen;
		}
		if (performance.now() > latest) {
			throw new Error(`${what} did not become as wanted: ${JSON.stringify(seen)}`);
		}
		await setTimeout(lookAgainMs);
	}
}
