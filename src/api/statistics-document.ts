import { z } from "zod";
import type { Latency } from "../diagnostics/latency-window.ts";
import type { LineStatistics } from "../diagnostics/line-watch.ts";
import { rfc3339 } from "../kernel/clock.ts";
import { document, moment } from "./documents.ts";

const counts = z.record(z.string(), z.int()).meta({
	description: "By name, or name and cause with a dot between; what never happened is left out",
	examples: [{ bytes_in: 5120, "garbage_bytes.bad_check": 24 }],
});

export const statisticsDocument = document(
	"LineStatistics",
	z.object({
		line: z.string(),
		since: moment.meta({ description: "When counting began: the start of the daemon" }),
		counts,
		latency: z
			.object({ samples: z.int(), p50Ms: z.number(), p99Ms: z.number(), maxMs: z.number() })
			.nullable()
			.meta({ description: "From question to answer, of the newest 512" }),
		lastFrameAt: moment.nullable(),
		hours: z
			.array(z.object({ from: moment, counts }))
			.meta({ description: "The last day by the hour, oldest first; quiet hours are left out" }),
	}),
);

export function showStatistics(line: string, statistics: LineStatistics): z.input<typeof statisticsDocument> {
	const { since, counts, latency, lastFrameAt, hours } = statistics;
	return {
		line,
		since: rfc3339(since),
		counts,
		latency: latency === undefined ? null : rounded(latency),
		lastFrameAt: lastFrameAt === undefined ? null : rfc3339(lastFrameAt),
		hours: hours.map(({ from, counts }) => ({ from: rfc3339(from), counts })),
	};
}

/** Microseconds are the most that anybody measures here. */
function rounded({ samples, p50Ms, p99Ms, maxMs }: Latency): Latency {
	const round = (ms: number): number => Math.round(ms * 1000) / 1000;
	return { samples, p50Ms: round(p50Ms), p99Ms: round(p99Ms), maxMs: round(maxMs) };
}
