import { spawnSync } from "node:child_process";
import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { parseArgs } from "node:util";
import { z } from "zod";
import { systemClock } from "../../src/kernel/clock.ts";
import { CaseRunner, caseName, type Planned, type Result } from "./run-cases.ts";
import { scenarios } from "./scenarios.ts";

/**
 * Kills the daemon at every step of its journal and at every frame on the lines to pad and acquirer, starts it again,
 * and compares what acquirer, journal and paper say of the money.
 */
const { values } = parseArgs({
	options: { only: { type: "string", default: "" }, jobs: { type: "string", default: "3" } },
});
const jobs = z.coerce.number().int().min(1).max(16).parse(values.jobs);
const started = systemClock.monotonicMs();
const directory = mkdtempSync(join(tmpdir(), "tillbridge-crash-"));
process.env["NODE_COMPILE_CACHE"] ??= join(directory, "compiled");
// A process that is killed leaves no compiled code behind for the next one; this one does.
spawnSync(process.execPath, [fileURLToPath(new URL("../../src/main.ts", import.meta.url)), "--version"]);

process.once("SIGTERM", () => process.exit(1));

const runners = Array.from({ length: jobs }, (_, index) => {
	const own = join(directory, `job-${index + 1}`);
	mkdirSync(own);
	return new CaseRunner(own);
});

/** Each runner takes the next case when it is free. */
async function playAll(planned: readonly Planned[]): Promise<readonly Result[]> {
	const waiting = planned.values();
	const results: Result[] = [];
	await Promise.all(
		runners.map(async (runner) => {
			for (const one of waiting) {
				const result = await runner.play(one);
				results.push(result);
				show(result);
			}
		}),
	);
	return results;
}

function show(result: Result): void {
	const { ending, complaints, ms } = result;
	const mark = complaints.length === 0 ? "ok " : "BAD";
	console.log(`${mark} ${caseName(result).padEnd(58)} ${ending.padEnd(22)} ${String(ms).padStart(6)} ms`);
	for (const complaint of complaints) {
		console.log(`      ${complaint.split("\n")[0]}`);
	}
}

function summarize(results: readonly Result[], complaints: readonly string[]): void {
	const seconds = ((systemClock.monotonicMs() - started) / 1000).toFixed(0);
	console.log(`\n${results.length} cases in ${seconds} s`);
	count(results, ({ scenario }) => scenario.name);
	count(results, ({ point }) => `killed at ${point?.line ?? "nowhere"}`);
	count(results, ({ ending }) => ending);
	for (const complaint of complaints) {
		console.log(complaint);
	}
}

function count(results: readonly Result[], by: (result: Result) => string): void {
	console.log();
	for (const [name, of] of Map.groupBy(results, by)) {
		console.log(`${String(of.length).padStart(5)}  ${name}`);
	}
}

const undisturbed = await playAll(scenarios.map((scenario) => ({ scenario, point: undefined })));
const crashes = undisturbed
	.flatMap(({ scenario, points }) => points.map((point) => ({ scenario, point })))
	// The frames of a first start are those of any start.
	.filter(({ scenario, point }) => scenario.interrupted !== "first_start" || point.line === "journal")
	.filter((planned) => caseName(planned).includes(values.only));
const results = [...undisturbed, ...(await playAll(crashes))];
const complaints = (await Promise.all(runners.map((runner) => runner.close()))).flat();
summarize(results, complaints);

const bad = results.filter((result) => result.complaints.length > 0).length + complaints.length;
if (bad > 0) {
	console.log(`\n${bad} disagreements; what is left of them is in ${directory}`);
	process.exitCode = 1;
} else {
	console.log("\nHost ledger, journal and slips agree in every case.");
	rmSync(directory, { recursive: true });
}
