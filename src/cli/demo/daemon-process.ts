import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readinessDocument } from "../../api/lane-routes.ts";
import { findLocalAccess } from "../../daemon/local-access.ts";
import { systemClock } from "../../kernel/clock.ts";
import { pause } from "../../kernel/deadline.ts";
import { Fault } from "../../kernel/fault.ts";
import { type ApiClient, apiClient } from "../api-client.ts";
import { type Environment, firstLine, type OwnProcess, startOwnProcess } from "./own-process.ts";
import type { VirtualCounter } from "./virtual-counter.ts";

const startedLine = z.object({ message: z.literal("daemon started"), url: z.string() });
const readyMs = 10_000;
const lookAgainMs = 50;

/** A daemon in its own process that has announced itself. */
export interface DaemonProcess {
	readonly url: string;
	readonly api: ApiClient;
	stop(): Promise<void>;
	kill(): Promise<void>;
}

/** A daemon's process from its first moment on: it may end before it has started. */
export interface LaunchedDaemon extends Pick<OwnProcess, "ended" | "kill"> {
	/** Rejects when the process ends first. */
	readonly started: Promise<DaemonProcess>;
}

/** Starts the daemon at a virtual counter and waits until its lane can sell. */
export async function startDaemonProcess(counter: VirtualCounter): Promise<DaemonProcess> {
	const daemon = await launchDaemon(counter, {}).started;
	await untilReady(daemon.api);
	return daemon;
}

/** Launches the daemon; its log is appended to `daemon.log` beside the configuration. */
export function launchDaemon(
	counter: Pick<VirtualCounter, "configPath" | "dataDirectory">,
	environment: Environment,
): LaunchedDaemon {
	const { configPath, dataDirectory } = counter;
	const own = startOwnProcess(["--config", configPath, "start"], environment);
	own.stderr.pipe(createWriteStream(join(configPath, "..", "daemon.log"), { flags: "a" }));
	const starting = async (): Promise<DaemonProcess> => {
		const url = await firstLine("daemon", own.stderr, (line) => startedLine.safeParse(parseJson(line)).data?.url);
		return { url, api: apiClient(findLocalAccess(dataDirectory)), stop: own.stop, kill: own.kill };
	};
	return { ended: own.ended, kill: own.kill, started: starting() };
}

/** @throws Fault `lane_not_ready` when it does not become so in time */
export async function untilReady(api: ApiClient): Promise<void> {
	const latest = systemClock.monotonicMs() + readyMs;
	for (;;) {
		const path = "/v1/lanes/lane1/readiness";
		const { ready, obstacles } = await api.call({ method: "GET", path, answer: readinessDocument });
		if (ready) {
			return;
		}
		if (systemClock.monotonicMs() > latest) {
			throw new Fault("lane_not_ready", { detail: obstacles.map(({ detail }) => detail).join("; ") });
		}
		await pause(systemClock, lookAgainMs);
	}
}

function parseJson(line: string): unknown {
	try {
		return JSON.parse(line);
	} catch {
		return undefined;
	}
}
