import { createWriteStream } from "node:fs";
import { join } from "node:path";
import { z } from "zod";
import { readinessDocument } from "../../api/lane-routes.ts";
import { findLocalAccess } from "../../daemon/local-access.ts";
import { systemClock } from "../../kernel/clock.ts";
import { pause } from "../../kernel/deadline.ts";
import { Fault } from "../../kernel/fault.ts";
import { type ApiClient, apiClient } from "../api-client.ts";
import { firstLine, startOwnProcess } from "./own-process.ts";
import type { VirtualCounter } from "./virtual-counter.ts";

const startedLine = z.object({ message: z.literal("daemon started"), url: z.string() });
const readyMs = 10_000;
const lookAgainMs = 50;

/** A daemon in its own process, at a virtual counter. */
export interface DaemonProcess {
	readonly url: string;
	readonly api: ApiClient;
	stop(): Promise<void>;
	kill(): Promise<void>;
}

/** Starts the daemon; its log is appended to `daemon.log` beside the configuration. Resolves when its lane can sell. */
export async function startDaemonProcess({ configPath, dataDirectory }: VirtualCounter): Promise<DaemonProcess> {
	const own = startOwnProcess(["--config", configPath, "start"]);
	own.stderr.pipe(createWriteStream(join(configPath, "..", "daemon.log"), { flags: "a" }));
	const url = await firstLine("daemon", own.stderr, (line) => startedLine.safeParse(parseJson(line)).data?.url);
	const api = apiClient(findLocalAccess(dataDirectory));
	await untilReady(api);
	return { url, api, stop: own.stop, kill: own.kill };
}

async function untilReady(api: ApiClient): Promise<void> {
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
