import { readFile } from "node:fs/promises";
import { dirname, resolve } from "node:path";
import type { z } from "zod";
import type { Driver } from "../devices/driver.ts";
import { Fault } from "../kernel/fault.ts";
import { type Config, resolveConfig } from "./config.ts";
import { crossCheck, type Sections } from "./cross-checks.ts";
import { type Finding, findingsOf } from "./finding.ts";
import { acquirerSchema, configSchema, deviceSchema, laneSchema } from "./schema.ts";
import { guideTo } from "./schema-guide.ts";
import { type Place, readYaml } from "./yaml-source.ts";

/** One mistake in the file: where, what, and what cures it. */
export interface ConfigProblem extends Place {
	/** Dotted path of the key: "lanes.lane1.pinPad". */
	readonly key: string;
	readonly message: string;
	readonly cure: string;
}

export type ConfigResult =
	| { readonly kind: "valid"; readonly config: Config }
	| { readonly kind: "invalid"; readonly problems: readonly ConfigProblem[] };

/**
 * Reads a configuration file; every problem in it at once.
 * @throws Fault `config_unreadable`
 */
export async function loadConfig(path: string, drivers: readonly Driver[]): Promise<ConfigResult> {
	const text = await readFile(path, "utf8").catch((cause: unknown) => {
		const why = cause instanceof Error && "code" in cause ? String(cause.code) : "unknown";
		throw new Fault("config_unreadable", { detail: `cannot read ${path} (${why})`, context: { path, why }, cause });
	});
	return parseConfig(text, dirname(resolve(path)), drivers);
}

/** The same for a text; relative paths in it start at `directory`. */
export function parseConfig(text: string, directory: string, drivers: readonly Driver[]): ConfigResult {
	const source = readYaml(text);
	if (source.errors.length > 0) {
		const cure = "Correct the YAML: indent with spaces, one key a line.";
		return { kind: "invalid", problems: source.errors.map((error) => ({ ...error, key: "", cure })) };
	}
	const parsed = configSchema.safeParse(source.value, { reportInput: true });
	const findings: readonly Finding[] = [
		...findingsOf(parsed.error?.issues ?? [], guideTo(configSchema)),
		...crossCheck(sectionsOf(source.value), drivers),
	];
	if (parsed.success && findings.length === 0) {
		return { kind: "valid", config: resolveConfig(parsed.data, directory, drivers) };
	}
	const problems = findings.map(({ path, message, cure }) => {
		return { ...source.placeOf(path), key: path.map(String).join("."), message, cure };
	});
	return { kind: "invalid", problems: problems.toSorted((a, b) => a.line - b.line || a.column - b.column) };
}

function sectionsOf(value: unknown): Sections {
	return {
		devices: sectionOf(value, "devices", deviceSchema),
		acquirers: sectionOf(value, "acquirers", acquirerSchema),
		lanes: sectionOf(value, "lanes", laneSchema),
	};
}

/** Entry by entry, so that one broken entry does not hide what is wrong between the others. */
function sectionOf<T>(value: unknown, name: string, schema: z.ZodType<T>): ReadonlyMap<string, T | undefined> {
	const section = isRecord(value) ? value[name] : undefined;
	const entries = isRecord(section) ? Object.entries(section) : [];
	return new Map(entries.map(([id, entry]) => [id, schema.safeParse(entry).data]));
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
	return typeof value === "object" && value !== null && !Array.isArray(value);
}
