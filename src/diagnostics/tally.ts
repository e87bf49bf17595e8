import type { Clock } from "../kernel/clock.ts";
import type { CounterName } from "./counters.ts";

/** Counts by `name`, or `name.label` where a counter has a label. What never happened is not listed. */
export type Counts = Readonly<Record<string, number>>;

export interface HourCounts {
	/** Beginning of the hour, milliseconds since 1970-01-01 UTC. */
	readonly from: number;
	readonly counts: Counts;
}

const hourMs = 3_600_000;
/** A day and the hour under way. */
const rememberedHours = 25;

/** Counts since the start, and by the hour for the last day. Its size is bounded whatever is counted for how long. */
export class Tally {
	readonly #clock: Clock;
	readonly #total = new Map<string, number>();
	readonly #hours: { readonly from: number; readonly counts: Map<string, number> }[] = [];

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Labels must come from a closed set: fault codes, reasons, names of control bytes. */
	add(name: CounterName, amount: number, label?: string): void {
		const key = label === undefined ? name : `${name}.${label}`;
		increase(this.#total, key, amount);
		increase(this.#hour(), key, amount);
	}

	get total(): Counts {
		return Object.fromEntries(this.#total);
	}

	/** Oldest first; hours in which nothing happened are left out. */
	get hours(): readonly HourCounts[] {
		const oldest = this.#clock.now() - rememberedHours * hourMs;
		return this.#hours
			.filter(({ from }) => from > oldest)
			.map(({ from, counts }) => ({ from, counts: Object.fromEntries(counts) }));
	}

	/** A clock that is set back goes on with the newest hour. */
	#hour(): Map<string, number> {
		const from = Math.floor(this.#clock.now() / hourMs) * hourMs;
		const newest = this.#hours.at(-1);
		if (newest !== undefined && newest.from >= from) {
			return newest.counts;
		}
		const counts = new Map<string, number>();
		this.#hours.push({ from, counts });
		if (this.#hours.length > rememberedHours) {
			this.#hours.shift();
		}
		return counts;
	}
}

function increase(counts: Map<string, number>, key: string, amount: number): void {
	counts.set(key, (counts.get(key) ?? 0) + amount);
}
