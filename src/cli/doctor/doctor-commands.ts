import { echoDocument } from "../../api/acquirer-routes.ts";
import { deviceTestDocument } from "../../api/device-document.ts";
import { deviceList } from "../../api/device-routes.ts";
import { laneList } from "../../api/lane-routes.ts";
import { statisticsDocument } from "../../api/statistics-document.ts";
import { examine } from "../../diagnostics/doctor/examine.ts";
import { type Finding, worstGrade } from "../../diagnostics/doctor/finding.ts";
import { gradePings } from "../../diagnostics/doctor/ping-grade.ts";
import { systemClock } from "../../kernel/clock.ts";
import { pause } from "../../kernel/deadline.ts";
import type { ApiClient } from "../api-client.ts";
import type { CommandContext } from "../command-context.ts";
import { type ConsoleIo, show, table } from "../console-io.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { gatherFacts } from "./gather-facts.ts";

const devicePings = 20;
const hostPings = 5;
const lookEveryMs = 1_000;
const clearScreen = "\x1b[H\x1b[2J";

/** `doctor`: what is ill, and the exact cure; asks no device anything. */
export async function doctor(context: CommandContext): Promise<ExitCode> {
	const findings = examine(await gatherFacts(context, systemClock.now()));
	showFindings(context.io, findings);
	return endOf(findings);
}

/** `health`: asks every device and every acquirer some harmless questions, and grades the answers. */
export async function health(io: ConsoleIo, api: ApiClient): Promise<ExitCode> {
	const { devices } = await api.call({ method: "GET", path: "/v1/devices", answer: deviceList });
	const { lanes } = await api.call({ method: "GET", path: "/v1/lanes", answer: laneList });
	const acquirers = [...new Set(lanes.map(({ acquirer }) => acquirer))];
	const findings: Finding[] = [];
	for (const { id } of devices) {
		findings.push(await ping("device", id, () => testOnce(api, id)));
	}
	for (const id of acquirers) {
		findings.push(await ping("host", id, () => echoOnce(api, id)));
	}
	showFindings(io, findings);
	return endOf(findings);
}

/** `devices watch`: states and counters, once a second until Ctrl-C. */
export async function watchDevices(io: ConsoleIo, api: ApiClient): Promise<ExitCode> {
	const stop = new AbortController();
	process.once("SIGINT", () => stop.abort());
	process.once("SIGTERM", () => stop.abort());
	while (!stop.signal.aborted) {
		const { devices } = await api.call({ method: "GET", path: "/v1/devices", answer: deviceList });
		const rows = await Promise.all(
			devices.map(async (device) => {
				const path = `/v1/devices/${encodeURIComponent(device.id)}/statistics`;
				return { device, statistics: await api.call({ method: "GET", path, answer: statisticsDocument }) };
			}),
		);
		const lines = table(
			["device", "state", "in", "out", "damaged", "stale", "p50 ms", "p99 ms", "says"],
			rows.map(({ device, statistics: { counts, latency } }) => [
				device.id,
				device.state,
				String(counts["frames_in"] ?? 0),
				String(counts["frames_out"] ?? 0),
				String(sumOf(counts, "damaged_frames")),
				String(counts["stale_frames"] ?? 0),
				latency === null ? "" : latency.p50Ms.toFixed(1),
				latency === null ? "" : latency.p99Ms.toFixed(1),
				device.cause?.detail ?? device.model ?? "",
			]),
		);
		show(io, rows, process.stdout.isTTY ? [clearScreen, ...lines] : lines);
		await pause(systemClock, lookEveryMs, stop.signal).catch(() => undefined);
	}
	return exitCodes.done;
}

async function ping(
	kind: "device" | "host",
	subject: string,
	once: () => Promise<number | undefined>,
): Promise<Finding> {
	const asked = kind === "device" ? devicePings : hostPings;
	const answersMs: number[] = [];
	for (let time = 0; time < asked; time += 1) {
		const took = await once();
		if (took !== undefined) {
			answersMs.push(took);
		}
	}
	const { grade, says } = gradePings(kind, { asked, answersMs });
	return { test: kind === "device" ? "H4 ping" : "H12 echo", subject, grade, says };
}

async function testOnce(api: ApiClient, id: string): Promise<number | undefined> {
	const path = `/v1/devices/${encodeURIComponent(id)}/test`;
	const { passed, durationMs } = await api.call({ method: "POST", path, answer: deviceTestDocument });
	return passed ? durationMs : undefined;
}

async function echoOnce(api: ApiClient, id: string): Promise<number | undefined> {
	const path = `/v1/acquirers/${encodeURIComponent(id)}/echo`;
	return (await api.call({ method: "POST", path, answer: echoDocument })).roundTripMs ?? undefined;
}

function showFindings(io: ConsoleIo, findings: readonly Finding[]): void {
	show(
		io,
		{ grade: worstGrade(findings), findings },
		findings.flatMap(({ grade, subject, test, says, cure }) => [
			`${grade.toUpperCase().padEnd(5)} ${subject.padEnd(12)} ${test}: ${says}`,
			...(cure === undefined ? [] : [`      cure: ${cure}`]),
		]),
	);
}

function endOf(findings: readonly Finding[]): ExitCode {
	return worstGrade(findings) === "fail" ? exitCodes.failed : exitCodes.done;
}

function sumOf(counts: Readonly<Record<string, number>>, name: string): number {
	return Object.entries(counts)
		.filter(([key]) => key.startsWith(`${name}.`))
		.reduce((sum, [, count]) => sum + count, 0);
}
