import type { Config } from "../config/config.ts";
import { configJsonSchema } from "../config/json-schema.ts";
import { type ConfigProblem, loadConfig } from "../config/load-config.ts";
import { drivers } from "../drivers/index.ts";
import { portLabel } from "../ports/port-label.ts";
import { type ConsoleIo, show } from "./console-io.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

/** `config check`: every mistake with its line, key and cure. */
export async function checkConfig(io: ConsoleIo, path: string): Promise<ExitCode> {
	const result = await loadConfig(path, drivers);
	if (result.kind === "invalid") {
		show(io, { valid: false, problems: result.problems }, problemLines(path, result.problems));
		return exitCodes.configuration;
	}
	show(io, { valid: true }, summary(path, result.config));
	return exitCodes.done;
}

/** `config schema`: JSON Schema for editors. */
export function printConfigSchema(io: ConsoleIo): ExitCode {
	io.out(JSON.stringify(configJsonSchema(drivers), undefined, 2));
	return exitCodes.done;
}

/** Mistakes for people, in the form that editors and terminals make links of: `file:line:column`. */
export function problemLines(path: string, problems: readonly ConfigProblem[]): readonly string[] {
	return problems.flatMap(({ line, column, key, message, cure }) => [
		`${path}:${line}:${column}  ${key === "" ? "" : `${key}: `}${message}`,
		`  ${cure}`,
	]);
}

function summary(path: string, { devices, acquirers, lanes, listen, dataDirectory }: Config): readonly string[] {
	return [
		`${path} is valid.`,
		`  API on ${listen.host}:${listen.port}, data in ${dataDirectory}`,
		...devices.map(({ id, driver, port }) => `  device ${id}: ${driver} on ${portLabel(port)}`),
		...acquirers.map(({ id, profile, hosts }) => `  acquirer ${id}: ${profile} at ${hosts.map(portLabel).join(", ")}`),
		...lanes.map(
			({ id, pinPad, acquirer, terminalId }) => `  lane ${id}: ${pinPad}, ${acquirer}, terminal ${terminalId}`,
		),
	];
}
