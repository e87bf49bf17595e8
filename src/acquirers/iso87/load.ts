import { readFileSync } from "node:fs";
import { dirname, resolve } from "node:path";
import { parse } from "yaml";
import type { z } from "zod";
import { type Codec, compileSpec } from "../../iso8583/codec.ts";
import { messageSpecSchema } from "../../iso8583/message-spec.ts";
import { asFault, Fault } from "../../kernel/fault.ts";
import { parseResponseCodes, type ResponseCodes } from "../response-codes.ts";
import { checkIso87, type ProfileProblem } from "./checks.ts";
import { type Iso87Settings, iso87Schema } from "./settings.ts";

/** The data of an ISO 8583:1987 acquirer. */
export interface Iso87Data {
	readonly settings: Iso87Settings;
	readonly codec: Codec;
	readonly responseCodes: ResponseCodes;
}

/** What one acquirer wants otherwise than its dialect says. */
export interface Iso87Own {
	/** TPDU or text before the message. */
	readonly header?: string | undefined;
	/** By the names of the dialect's own `values`. */
	readonly values: Readonly<Record<string, string>>;
}

/** Shipped data goes by plain names; anything else is a path. */
const plainName = /^[A-Za-z][A-Za-z0-9-]*$/;

/**
 * Reads a dialect, `ascii`, `binary` or the path of a file, with its field table and response codes; checks all of it.
 * `directory` is where the shipped data lies, normally `config`.
 * @throws Fault `config_unreadable`, `config_invalid`: names each key and what is wrong with it
 */
export function loadIso87(directory: string, dialect: string, own: Iso87Own): Iso87Data {
	const shipped = resolve(directory, "acquirers/iso87");
	const path = plainName.test(dialect) ? resolve(shipped, `${dialect}.yaml`) : dialect;
	const beside = (name: string, shippedAs: string): string =>
		plainName.test(name) ? shippedAs : resolve(dirname(path), name);
	const settings = withOwn(parseWith(iso87Schema, readYaml(path), path), own, path);
	const tablePath = beside(settings.fieldTable, resolve(directory, "iso8583", `${settings.fieldTable}.json`));
	const codec = compileSpec(parseWith(messageSpecSchema, readYaml(tablePath), tablePath));
	refuse(path, checkIso87(settings, codec));
	const codesPath = beside(settings.responseCodes, resolve(shipped, `${settings.responseCodes}.yaml`));
	return { settings, codec, responseCodes: parseResponseCodes(readYaml(codesPath)) };
}

function withOwn(base: Iso87Settings, { header, values }: Iso87Own, path: string): Iso87Settings {
	const known = Object.keys(base.values);
	refuse(path, [
		...Object.keys(values)
			.filter((name) => !known.includes(name))
			.map((name) => ({
				key: `values.${name}`,
				problem: `is not among the values of this dialect: ${known.join(", ")}`,
			})),
		...(header !== undefined && base.header.kind === "none"
			? [{ key: "header", problem: "this dialect has none" }]
			: []),
	]);
	const own = {
		...base,
		header: header === undefined ? base.header : { ...base.header, value: header },
		values: { ...base.values, ...values },
	};
	return parseWith(iso87Schema, own, path);
}

/** JSON is YAML too. */
function readYaml(path: string): unknown {
	let text: string;
	try {
		text = readFileSync(path, "utf8");
	} catch (cause) {
		throw new Fault("config_unreadable", { detail: asFault(cause).message, context: { path }, cause });
	}
	try {
		return parse(text);
	} catch (cause) {
		throw new Fault("config_invalid", { detail: `${path}: ${asFault(cause).message}`, context: { path }, cause });
	}
}

function parseWith<T>(schema: z.ZodType<T>, value: unknown, path: string): T {
	const { data, error } = schema.safeParse(value);
	refuse(
		path,
		(error?.issues ?? []).map((issue) => ({ key: issue.path.map(String).join("."), problem: issue.message })),
	);
	if (data === undefined) {
		throw new Fault("config_invalid", { detail: `${path} is empty`, context: { path } });
	}
	return data;
}

/** @throws Fault `config_invalid` when there is a problem */
function refuse(path: string, problems: readonly ProfileProblem[]): void {
	if (problems.length > 0) {
		const detail = problems.map(({ key, problem }) => `${key}: ${problem}`).join("; ");
		throw new Fault("config_invalid", { detail: `${path}: ${detail}`, context: { path } });
	}
}
