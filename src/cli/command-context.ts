import type { Command } from "commander";
import type { Config } from "../config/config.ts";
import { loadConfig } from "../config/load-config.ts";
import { findLocalAccess } from "../daemon/local-access.ts";
import { drivers } from "../drivers/index.ts";
import { Fault } from "../kernel/fault.ts";
import { type ApiClient, apiClient } from "./api-client.ts";
import { problemLines } from "./config-command.ts";
import type { ConsoleIo } from "./console-io.ts";
import type { ExitCode } from "./exit-codes.ts";

/** The options every command has. */
export interface GlobalOptions {
	readonly config: string;
	readonly json: boolean;
	readonly url?: string;
}

/** What a command may ask of its surroundings. */
export interface CommandContext {
	readonly io: ConsoleIo;
	readonly configPath: string;
	/** @throws Fault `config_unreadable`, `config_invalid` after the mistakes have been shown */
	readonly config: () => Promise<Config>;
	/** @throws Fault `daemon_unreachable` */
	readonly api: () => Promise<ApiClient>;
}

export type Run = (work: (context: CommandContext) => ExitCode | Promise<ExitCode>) => Promise<void>;

/** Adds one subject's commands to the program. */
export type AddCommands = (program: Command, run: Run) => void;

export function commandContext(options: GlobalOptions): CommandContext {
	const io: ConsoleIo = {
		json: options.json,
		out: (line) => void process.stdout.write(`${line}\n`),
		error: (line) => void process.stderr.write(`${line}\n`),
	};
	const config = async (): Promise<Config> => {
		const result = await loadConfig(options.config, drivers);
		if (result.kind === "valid") {
			return result.config;
		}
		for (const line of problemLines(options.config, result.problems)) {
			io.error(line);
		}
		throw new Fault("config_invalid", { detail: `${result.problems.length} mistakes in ${options.config}` });
	};
	return {
		io,
		configPath: options.config,
		config,
		async api() {
			return apiClient(await access(options, config), process.env["TILLBRIDGE_SUPERVISOR"]);
		},
	};
}

/** A daemon elsewhere is named with its token; one of this machine has announced itself. */
async function access({ url }: GlobalOptions, config: () => Promise<Config>) {
	const token = process.env["TILLBRIDGE_TOKEN"];
	if (url === undefined) {
		const found = findLocalAccess((await config()).dataDirectory);
		return token === undefined ? found : { ...found, token };
	}
	if (token === undefined) {
		throw new Fault("unauthorized", { detail: "--url needs a token in the environment variable TILLBRIDGE_TOKEN" });
	}
	return { url, token };
}
