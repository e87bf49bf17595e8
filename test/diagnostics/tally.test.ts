import { expect, test } from "vitest";
import { latencyOf } from "../../src/diagnostics/latency-window.ts";
import { Tally } from "../../src/diagnostics/tally.ts";
import { ManualClock } from "../support/manual-clock.ts";

const hourMs = 3_600_000;

test("counts since the start and by the hour", async () => {
	const clock = new ManualClock();
	const tally = new Tally(clock);
	tally.add("bytes_in", 10);
	tally.add("garbage_bytes", 3, "bad_check");
	await clock.advance(hourMs);
	tally.add("bytes_in", 5);
	expect(tally.total).toEqual({ bytes_in: 15, "garbage_bytes.bad_check": 3 });
	expect(tally.hours.map(({ counts }) => counts)).toEqual([
		{ bytes_in: 10, "garbage_bytes.bad_check": 3 },
		{ bytes_in: 5 },
	]);
});

test("keeps a day, however long it counts", async () => {
	const clock = new ManualClock();
	const tally = new Tally(clock);
	for (let hour = 0; hour < 100; hour += 1) {
		tally.add("frames_in", 1);
		await clock.advance(hourMs);
	}
	expect(tally.total).toEqual({ frames_in: 100 });
	expect(tally.hours.length).toBeGreaterThanOrEqual(24);
	expect(tally.hours.length).toBeLessThanOrEqual(25);
	await clock.advance(48 * hourMs);
	expect(tally.hours).toEqual([]);
});

test("percentiles are values that were measured", () => {
	expect(latencyOf([])).toBeUndefined();
	const hundred = Array.from({ length: 100 }, (_, index) => 100 - index);
	expect(latencyOf(hundred)).toEqual({ samples: 100, p50Ms: 50, p99Ms: 99, maxMs: 100 });
	expect(latencyOf([7])).toEqual({ samples: 1, p50Ms: 7, p99Ms: 7, maxMs: 7 });
});
