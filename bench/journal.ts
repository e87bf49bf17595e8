import { closeSync, fdatasyncSync, mkdirSync, mkdtempSync, openSync, rmSync, writeSync } from "node:fs";
import { join } from "node:path";
import { monitorEventLoopDelay } from "node:perf_hooks";
import { setTimeout } from "node:timers/promises";
import { randomId } from "../src/crypto/random.ts";
import type { Journal, JournalWrite } from "../src/journal/journal.ts";
import { openJournal } from "../src/journal/open-journal.ts";
import { systemClock } from "../src/kernel/clock.ts";
import { silentLog } from "../test/support/silent-log.ts";
import { type Contender, figureOf, measure, quantile, ratioOf, takeTurns } from "./support/measure.ts";
import { report } from "./support/report.ts";

/**
 * Durable commits per second beside the bare disk: a loop of append and fdatasync in the same directory and run.
 * Each writer lives sales of twelve events, the first opens a stream and claims its key, the last settles it.
 */
const eventBytes = 256;
const eventsPerSale = 12;
const rounds = 6;
const roundMs = 1_200;
/** How often the event loop is looked at, which is part of each pause that is seen. */
const pauseResolutionMs = 1;
const longestPause = "longest pause ms";

const filler = "x".repeat(eventBytes - JSON.stringify({ type: "measured", at: Date.now(), filler: "" }).length);

function rawAppend(directory: string): Contender {
	const record = Buffer.alloc(eventBytes, "x");
	return () =>
		measure(async () => {
			const file = openSync(join(directory, "raw"), "a");
			const durations: number[] = [];
			const end = performance.now() + roundMs;
			for (let now = performance.now(); now < end; ) {
				writeSync(file, record);
				fdatasyncSync(file);
				const after = performance.now();
				durations.push(after - now);
				now = after;
			}
			closeSync(file);
			return { operations: durations.length, figures: latencies(durations) };
		});
}

/** So many writers, each with its next step when the last one is on disk. */
function writing(journal: Journal, writers: number): Contender {
	return () =>
		measure(async () => {
			const durations: number[] = [];
			const end = performance.now() + roundMs;
			const write = async (): Promise<void> => {
				for (const step of sales()) {
					const begun = performance.now();
					if (begun > end) {
						return;
					}
					await journal.write(step);
					durations.push(performance.now() - begun);
				}
			};
			const pauseMs = await longestPauseOf(() => Promise.all(Array.from({ length: writers }, write)));
			return { operations: durations.length, figures: { ...latencies(durations), [longestPause]: pauseMs } };
		});
}

/** What a loop with nothing to do sees of the rest of the machine. */
function idleLoop(): ReturnType<Contender> {
	return measure(async () => {
		const pauseMs = await longestPauseOf(() => setTimeout(roundMs));
		return { operations: 0, figures: { [longestPause]: pauseMs } };
	});
}

async function longestPauseOf(work: () => Promise<unknown>): Promise<number> {
	const pauses = monitorEventLoopDelay({ resolution: pauseResolutionMs });
	pauses.enable();
	await work();
	pauses.disable();
	return Math.max(0, pauses.max / 1e6 - pauseResolutionMs);
}

/** The steps of one sale after another, for ever. */
function* sales(): Generator<JournalWrite> {
	for (;;) {
		const stream = randomId("txn_");
		for (let index = 0; index < eventsPerSale; index++) {
			const event = { type: "measured", at: Date.now(), filler };
			yield {
				stream,
				events: [event],
				...(index === 0 && {
					open: { kind: "transaction", lane: "1" },
					claims: [{ scope: "idempotency", key: stream }],
				}),
				...(index === eventsPerSale - 1 && { settled: true }),
			};
		}
	}
}

function latencies(durations: readonly number[]): Record<"p50 ms" | "p99 ms", number> {
	return { "p50 ms": quantile(durations, 0.5), "p99 ms": quantile(durations, 0.99) };
}

async function compare(directory: string): Promise<void> {
	const journal = await openJournal({ directory: join(directory, "journal"), log: silentLog, clock: systemClock });
	const measured = await takeTurns(rounds, {
		"idle loop": idleLoop,
		"raw append": rawAppend(directory),
		"1 writer": writing(journal, 1),
		"8 writers": writing(journal, 8),
		"64 writers": writing(journal, 64),
	});
	await journal.close();
	const raw = measured["raw append"];
	const alone = measured["1 writer"];
	const crowd = measured["64 writers"];
	report("Journal", [
		{
			title: "durable commits",
			unit: "commits",
			rate: "perSecond",
			measured,
			goals: [
				{ what: "1 writer, times raw", bound: "at least", goal: 0.7, reached: ratioOf("perSecond", alone, raw) },
				{ what: "64 writers, times raw", bound: "at least", goal: 10, reached: ratioOf("perSecond", crowd, raw) },
				{ what: "64 writers, longest pause ms", bound: "at most", goal: 5, reached: figureOf(longestPause, crowd) },
			],
		},
	]);
}

mkdirSync(".tillbridge", { recursive: true });
const directory = mkdtempSync(join(".tillbridge", "bench-journal-"));
try {
	await compare(directory);
} finally {
	rmSync(directory, { recursive: true });
}
