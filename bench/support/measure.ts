/** What one round of one contender came to. */
export interface Sample {
	readonly operations: number;
	readonly wallMs: number;
	/** Of all threads of this process. */
	readonly cpuMs: number;
	/** Whatever else was measured, by name and unit: `p99 ms`. */
	readonly figures: Readonly<Record<string, number>>;
}

/** One way of doing the work, for one round. */
export type Contender = () => Promise<Sample>;

/** The middle of all rounds, and the quarters below and above it. */
export interface Spread {
	readonly median: number;
	readonly lower: number;
	readonly upper: number;
}

export type Rate = "perSecond" | "perCpuSecond";

const millisecondsOf = { perSecond: "wallMs", perCpuSecond: "cpuMs" } as const satisfies Record<Rate, keyof Sample>;

/**
 * Measures contenders in turns, each round beginning with another one, so that whatever else the machine does hurts all
 * alike. The first round only warms up.
 */
export async function takeTurns<Name extends string>(
	rounds: number,
	contenders: Readonly<Record<Name, Contender>>,
): Promise<Readonly<Record<Name, readonly Sample[]>>> {
	const names = Object.keys(contenders) as Name[];
	const taken = Object.fromEntries(names.map((name) => [name, []])) as unknown as Record<Name, Sample[]>;
	for (let round = 0; round <= rounds; round++) {
		const first = round % names.length;
		for (const name of [...names.slice(first), ...names.slice(0, first)]) {
			const sample = await contenders[name]();
			if (round > 0) {
				taken[name].push(sample);
			}
		}
	}
	return taken;
}

/** A contender that repeats `pass` for so long; a pass says how many operations it did. */
export function repeating(forMs: number, pass: () => number | Promise<number>): Contender {
	return () =>
		measure(async () => {
			const end = performance.now() + forMs;
			let operations = 0;
			while (performance.now() < end) {
				operations += await pass();
			}
			return { operations, figures: {} };
		});
}

/** Takes the time of `work`, which says what it did. */
export async function measure(work: () => Promise<Pick<Sample, "operations" | "figures">>): Promise<Sample> {
	const cpuBefore = process.cpuUsage();
	const before = performance.now();
	const done = await work();
	const wallMs = performance.now() - before;
	const { user, system } = process.cpuUsage(cpuBefore);
	return { ...done, wallMs, cpuMs: (user + system) / 1_000 };
}

/** Operations per second, of the clock or of CPU time. */
export function rateOf(rate: Rate, samples: readonly Sample[]): Spread {
	return spread(samples.map((sample) => perSecond(rate, sample)));
}

/** How much of the rate one has for each of the other, round by round. */
export function ratioOf(rate: Rate, one: readonly Sample[], other: readonly Sample[]): Spread {
	return spread(
		one.map((sample, round) => {
			const beside = other[round];
			return beside === undefined ? Number.NaN : perSecond(rate, sample) / perSecond(rate, beside);
		}),
	);
}

export function figureOf(figure: string, samples: readonly Sample[]): Spread {
	return spread(samples.map(({ figures }) => figures[figure] ?? Number.NaN));
}

/** The value below which `share` of all values lie. */
export function quantile(values: readonly number[], share: number): number {
	const sorted = values.toSorted((a, b) => a - b);
	return sorted[Math.min(sorted.length - 1, Math.floor(sorted.length * share))] ?? Number.NaN;
}

function spread(values: readonly number[]): Spread {
	return { median: quantile(values, 0.5), lower: quantile(values, 0.25), upper: quantile(values, 0.75) };
}

function perSecond(rate: Rate, sample: Sample): number {
	return (sample.operations / sample[millisecondsOf[rate]]) * 1_000;
}
