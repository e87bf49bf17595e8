import { statfs } from "node:fs/promises";
import { userInfo } from "node:os";
import { deviceList } from "../../api/device-routes.ts";
import { statisticsDocument } from "../../api/statistics-document.ts";
import type { Config, DeviceConfig } from "../../config/config.ts";
import type { DeviceFacts, Facts, PortFacts, ProcessFact } from "../../diagnostics/doctor/facts.ts";
import { drivers } from "../../drivers/index.ts";
import { inspectJournal } from "../../journal/inspect.ts";
import { isFault } from "../../kernel/fault.ts";
import { findPortHolder } from "../../ports/port-holder.ts";
import type { ApiClient } from "../api-client.ts";
import type { CommandContext } from "../command-context.ts";
import { consoles, isClockKept, nodeFacts, runningProcesses } from "./system-facts.ts";

/** Everything the doctor judges by: the machine, the configuration, the journal, and the daemon if one runs. */
export async function gatherFacts({ config, api }: CommandContext, now: number): Promise<Facts> {
	const configured = await config();
	const processes = await runningProcesses();
	const devices = await devicesOf(api);
	const ports = configured.devices.map((device) => portFacts(device, processes));
	const { bavail, bsize } = await statfs(existingFolder(configured));
	return {
		user: userInfo().username,
		now,
		processes,
		consoles: await consoles(),
		ports: (await Promise.all(ports)).filter((port) => port !== undefined),
		devices,
		disk: { path: configured.dataDirectory, freeBytes: bavail * bsize },
		clockKept: await isClockKept(processes),
		journal: journalFacts(configured),
	};
}

/** The data directory is made by the first start. */
function existingFolder({ dataDirectory }: Config): string {
	return inspectJournal(dataDirectory, 0) === undefined ? "." : dataDirectory;
}

function journalFacts({ dataDirectory }: Config): Facts["journal"] {
	const inspection = inspectJournal(dataDirectory, 0);
	if (inspection === undefined) {
		return undefined;
	}
	const { chain, unsettled, newestAt = 0 } = inspection;
	return { ...chain, unsettled: unsettled.length, newestAt };
}

async function portFacts(device: DeviceConfig, processes: readonly ProcessFact[]): Promise<PortFacts | undefined> {
	const { id, driver, port: address } = device;
	if (address.kind !== "serial") {
		return undefined;
	}
	const facts = await nodeFacts(address.path);
	const holder = facts.node === undefined ? undefined : await findPortHolder(facts.node);
	const command = processes.find(({ pid }) => pid === holder?.pid)?.command ?? "";
	const defaults = drivers.find((known) => known.id === driver)?.serialDefaults;
	return {
		device: id,
		address,
		defaults: defaults ?? { baudRate: 9600, dataBits: 8, parity: "none" },
		...facts,
		// Simulators and the daemon itself hold it rightly.
		holder: holder === undefined || isOurs(command) ? undefined : { pid: holder.pid, name: holder.holder },
	};
}

function isOurs(command: string): boolean {
	return /\b(?:tillbridge|main\.[jt]s)\b.* (?:start|simulate)\b/.test(command);
}

async function devicesOf(api: CommandContext["api"]): Promise<readonly DeviceFacts[] | undefined> {
	try {
		const client = await api();
		const { devices } = await client.call({ method: "GET", path: "/v1/devices", answer: deviceList });
		return await Promise.all(
			devices.map(async ({ id, state, cause, health }) => ({
				id,
				state,
				code: cause?.code,
				extended: cause?.cause ?? undefined,
				says: cause?.detail ?? state,
				health: { ...health },
				counts: await countsOf(client, id),
			})),
		);
	} catch (error) {
		if (isFault(error, "daemon_unreachable", "unauthorized")) {
			return undefined;
		}
		throw error;
	}
}

async function countsOf(api: ApiClient, id: string): Promise<DeviceFacts["counts"]> {
	const path = `/v1/devices/${encodeURIComponent(id)}/statistics`;
	return (await api.call({ method: "GET", path, answer: statisticsDocument })).counts;
}
