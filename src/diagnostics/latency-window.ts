/** Milliseconds. */
export interface Latency {
	readonly samples: number;
	readonly p50Ms: number;
	readonly p99Ms: number;
	readonly maxMs: number;
}

const remembered = 512;

/** The newest durations, and what they say together. */
export class LatencyWindow {
	readonly #durations: number[] = [];
	#next = 0;

	add(durationMs: number): void {
		this.#durations[this.#next] = durationMs;
		this.#next = (this.#next + 1) % remembered;
	}

	/** Nothing before the first duration. */
	get latency(): Latency | undefined {
		return latencyOf(this.#durations);
	}
}

/** Percentiles by nearest rank. */
export function latencyOf(durations: readonly number[]): Latency | undefined {
	if (durations.length === 0) {
		return undefined;
	}
	const sorted = durations.toSorted((a, b) => a - b);
	return {
		samples: sorted.length,
		p50Ms: percentile(sorted, 50),
		p99Ms: percentile(sorted, 99),
		maxMs: percentile(sorted, 100),
	};
}

/** Of durations in ascending order, at least one. */
function percentile(sorted: readonly number[], percent: number): number {
	const rank = Math.max(1, Math.ceil((sorted.length * percent) / 100));
	return sorted[rank - 1] ?? 0;
}
