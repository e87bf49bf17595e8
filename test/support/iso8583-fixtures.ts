import { readFileSync } from "node:fs";
import { z } from "zod";

const mSeries = z.object({
	messages: z.array(
		z.object({
			id: z.string(),
			mti: z.string(),
			hex: z.string(),
			mac: z.object({ value: z.string() }).nullish(),
			fields: z.record(z.string(), z.object({ encoding: z.string(), value: z.string() })),
		}),
	),
});

const workload = z.object({ hex: z.string(), fields: z.record(z.string(), z.string()) });

/** Length, TPDU and header before the message type. */
export const mSeriesPrefixBytes = 13;

export function readMSeries(): z.infer<typeof mSeries>["messages"] {
	return mSeries.parse(read("m-series.json")).messages;
}

export function readWorkloads(): Record<"A" | "B", z.infer<typeof workload>> {
	return z.object({ A: workload, B: workload }).parse(read("iso8583-workloads.json"));
}

function read(name: string): unknown {
	return JSON.parse(readFileSync(new URL(`../fixtures/${name}`, import.meta.url), "utf8"));
}
