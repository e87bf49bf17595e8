import { once } from "node:events";
import { readFileSync } from "node:fs";
import { z } from "zod";
import type { Config } from "../config/config.ts";
import { startDaemon } from "../daemon/start-daemon.ts";
import { systemClock } from "../kernel/clock.ts";
import { openLog } from "../kernel/log-sink.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

/** `start`: the daemon in the foreground, its log on stderr, until it is told to stop. */
export async function runDaemon(config: Config): Promise<ExitCode> {
	const log = openLog({ ...config.log, destination: process.stderr });
	const daemon = await startDaemon(config, { clock: systemClock, log, version: packageVersion() });
	const [signal] = await Promise.race([stopped("SIGINT"), stopped("SIGTERM")]);
	log.info("stopping", { signal });
	await daemon.close();
	return exitCodes.done;
}

/** The version of the package this file is part of. */
export function packageVersion(): string {
	const text = readFileSync(new URL("../../package.json", import.meta.url), "utf8");
	return z.object({ version: z.string() }).parse(JSON.parse(text)).version;
}

async function stopped(signal: NodeJS.Signals): Promise<readonly [NodeJS.Signals]> {
	await once(process, signal);
	return [signal];
}
