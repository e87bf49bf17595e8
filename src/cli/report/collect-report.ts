import { readFile } from "node:fs/promises";
import { arch, release, type as systemName } from "node:os";
import { deviceList } from "../../api/device-routes.ts";
import { traceDocument } from "../../api/diagnostic-routes.ts";
import { statisticsDocument } from "../../api/statistics-document.ts";
import type { Config } from "../../config/config.ts";
import { sha256 } from "../../crypto/digest.ts";
import { examine } from "../../diagnostics/doctor/examine.ts";
import type { LineName } from "../../diagnostics/line-watch.ts";
import type { ReportFile } from "../../diagnostics/report/tar.ts";
import { inspectJournal } from "../../journal/inspect.ts";
import { rfc3339 } from "../../kernel/clock.ts";
import { Fault, isFault } from "../../kernel/fault.ts";
import { redact } from "../../kernel/redact.ts";
import type { ApiClient } from "../api-client.ts";
import type { CommandContext } from "../command-context.ts";
import { gatherFacts } from "../doctor/gather-facts.ts";
import { packageVersion } from "../start-command.ts";

const newestTransactions = 50;
/** Of the end of a log. */
const mostLogLines = 5_000;

interface CollectOptions {
	readonly log: string | undefined;
	/** Milliseconds since 1970-01-01 UTC. */
	readonly now: number;
}

/** All files of a report but the scan's verdict; those that need a running daemon are left out where none runs. */
export async function collectReport(context: CommandContext, options: CollectOptions): Promise<readonly ReportFile[]> {
	const { log, now } = options;
	const config = await context.config();
	const files: readonly ReportFile[] = [
		// Fields named like secrets go; the values of the others are for the scan to judge.
		json("config.json", redact(config)),
		json("doctor.json", examine(await gatherFacts(context, now))),
		...journalFiles(config),
		...(await daemonFiles(context, config)),
		...(log === undefined ? [] : [{ name: "daemon.log", text: await tailOf(log) }]),
	];
	return [manifest(files, now), ...files];
}

function manifest(files: readonly ReportFile[], now: number): ReportFile {
	return json("manifest.json", {
		made: rfc3339(now),
		timeZone: Intl.DateTimeFormat().resolvedOptions().timeZone,
		tillbridge: packageVersion(),
		node: process.version,
		system: `${systemName()} ${release()} ${arch()}`,
		// In base64: in hex a digest has the looks of a key.
		files: files.map(({ name, text }) => ({
			name,
			sha256: Buffer.from(sha256(new TextEncoder().encode(text))).toString("base64"),
		})),
	});
}

function journalFiles({ dataDirectory }: Config): readonly ReportFile[] {
	const inspection = inspectJournal(dataDirectory, newestTransactions);
	if (inspection === undefined) {
		return [];
	}
	const { timelines, ...summary } = inspection;
	return [json("journal.json", summary), json("timelines.json", timelines, shortDigest)];
}

async function daemonFiles({ api }: CommandContext, config: Config): Promise<readonly ReportFile[]> {
	try {
		const client = await api();
		const lines: readonly LineName[] = [
			...config.devices.map(({ id }) => ({ kind: "device", id }) as const),
			...config.acquirers.map(({ id }) => ({ kind: "acquirer", id }) as const),
		];
		const devices = await client.call({ method: "GET", path: "/v1/devices", answer: deviceList });
		const ofLines = await Promise.all(lines.map((line) => lineFiles(client, line)));
		return [json("devices.json", devices), ...ofLines.flat()];
	} catch (error) {
		if (isFault(error, "daemon_unreachable", "unauthorized")) {
			return [];
		}
		throw error;
	}
}

async function lineFiles(api: ApiClient, { kind, id }: LineName): Promise<readonly ReportFile[]> {
	const path = `/v1/${kind}s/${encodeURIComponent(id)}`;
	const statistics = await api.call({ method: "GET", path: `${path}/statistics`, answer: statisticsDocument });
	const { dialect, entries } = await api.call({ method: "GET", path: `${path}/trace`, answer: traceDocument });
	// Answers whose question has been forgotten cannot be judged by the scan.
	const asked = entries.slice(
		Math.max(
			0,
			entries.findIndex(({ direction }) => direction === "out"),
		),
	);
	const lines = [{ trace: 1, line: id, kind, dialect }, ...asked].map((line) => JSON.stringify(line));
	return [
		json(`statistics/${kind}-${id}.json`, statistics),
		...(asked.length === 0 ? [] : [{ name: `traces/${kind}-${id}.jsonl`, text: `${lines.join("\n")}\n` }]),
	];
}

async function tailOf(path: string): Promise<string> {
	try {
		return (await readFile(path, "utf8")).split("\n").slice(-mostLogLines).join("\n");
	} catch (cause) {
		throw new Fault("request_invalid", { detail: `The log ${path} cannot be read`, context: { path }, cause });
	}
}

/** Digests are told apart by their beginning; whole, they look like keys. */
function shortDigest(_name: string, value: unknown): unknown {
	return typeof value === "string" && /^[\da-f]{64}$/i.test(value) ? `${value.slice(0, 8)}…` : value;
}

function json(name: string, value: unknown, replacer?: (name: string, value: unknown) => unknown): ReportFile {
	return { name, text: `${JSON.stringify(value, replacer, "\t")}\n` };
}
