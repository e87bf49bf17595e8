import { once } from "node:events";
import { readFile } from "node:fs/promises";
import { traceDocument } from "../api/diagnostic-routes.ts";
import { deviceDialect } from "../diagnostics/dialects/device-dialects.ts";
import type { LineName } from "../diagnostics/line-watch.ts";
import { type Heard, Replay } from "../diagnostics/replay.ts";
import { type Recording, readTrace } from "../diagnostics/trace-file.ts";
import { rfc3339, systemClock } from "../kernel/clock.ts";
import { pause } from "../kernel/deadline.ts";
import { Fault } from "../kernel/fault.ts";
import { openReplayedDevice } from "../simulators/replayed-device.ts";
import type { ApiClient } from "./api-client.ts";
import { type ConsoleIo, show, table } from "./console-io.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

const lookEveryMs = 500;

/** `trace record`: the frames of one line as they come, one JSON object a line, until the time is up or Ctrl-C. */
export async function recordTrace(
	io: ConsoleIo,
	api: ApiClient,
	{ line, minutes }: { readonly line: LineName; readonly minutes: number },
): Promise<ExitCode> {
	const stopped = AbortSignal.any([signalled("SIGINT"), signalled("SIGTERM")]);
	const set = (minutes: number) =>
		api.call({ method: "POST", path: "/v1/trace", body: { [line.kind]: line.id, minutes }, answer: traceDocument });
	const { dialect } = await set(minutes);
	io.out(JSON.stringify({ trace: 1, line: line.id, kind: line.kind, dialect }));
	io.error(`Recording ${line.id} for ${minutes} minutes; Ctrl-C ends it.`);
	for (let last = 0; ; ) {
		if (stopped.aborted) {
			await set(0);
		}
		const path = `/v1/${line.kind}s/${encodeURIComponent(line.id)}/trace?after=${last}`;
		const { entries, until } = await api.call({ method: "GET", path, answer: traceDocument });
		for (const entry of entries) {
			io.out(JSON.stringify(entry));
			last = entry.number;
		}
		if (until === null) {
			return exitCodes.done;
		}
		await pause(systemClock, lookEveryMs, stopped).catch(() => undefined);
	}
}

/** `trace show`: a recording for people. */
export async function showTrace(io: ConsoleIo, file: string): Promise<ExitCode> {
	const recording = await readRecording(file);
	const { header, entries } = recording;
	show(io, recording, [
		`${header.kind} ${header.line}, ${header.dialect}, ${entries.length} frames`,
		...table(
			["time", "", "meaning", "bytes"],
			entries.map(({ at, direction, says, hex }) => [
				rfc3339(at).slice(11, 23),
				direction === "out" ? "->" : "<-",
				says,
				hex.replaceAll(":", " "),
			]),
		),
	]);
	return exitCodes.done;
}

/** `trace replay`: a virtual device that answers as recorded, until Ctrl-C. */
export async function replayTrace(
	io: ConsoleIo,
	file: string,
	{ link, atOnce }: { readonly link: string | undefined; readonly atOnce: boolean },
): Promise<ExitCode> {
	const { header, entries } = await readRecording(file);
	if (header.kind !== "device") {
		throw new Fault("trace_invalid", { detail: "Only the recording of a device can be replayed" });
	}
	const replay = new Replay(entries, deviceDialect(header.dialect));
	const device = openReplayedDevice({
		link,
		clock: systemClock,
		answer: (bytes) =>
			replay.hear(bytes).flatMap((heard) => {
				io.error(lineFor(heard));
				const responses = heard.kind === "known" ? heard.responses : [];
				return atOnce ? responses.map(({ bytes }) => ({ bytes, afterMs: 0 })) : responses;
			}),
	});
	show(io, { address: device.path }, [`${header.line} as recorded, on ${device.path}`]);
	await Promise.race([once(process, "SIGINT"), once(process, "SIGTERM")]);
	device.close();
	return exitCodes.done;
}

function lineFor(heard: Heard): string {
	switch (heard.kind) {
		case "known":
			return `heard ${heard.says}: ${heard.responses.length} answers`;
		case "unknown":
			return `heard ${heard.says}: not in the recording`;
	}
}

async function readRecording(file: string): Promise<Recording> {
	const text = await readFile(file, "utf8").catch((cause: unknown) => {
		throw new Fault("trace_invalid", { detail: `${file} cannot be read`, context: { file }, cause });
	});
	return readTrace(text);
}

function signalled(signal: NodeJS.Signals): AbortSignal {
	const stop = new AbortController();
	process.once(signal, () => stop.abort());
	return stop.signal;
}
