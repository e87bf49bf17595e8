import { existsSync, readFileSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { gzipSync } from "node:zlib";
import type { Config } from "../../config/config.ts";
import { findLocalAccess } from "../../daemon/local-access.ts";
import { traceDialect } from "../../daemon/trace-dialect.ts";
import { type Leak, type ScanOptions, scan } from "../../diagnostics/report/scan.ts";
import { tarOf } from "../../diagnostics/report/tar.ts";
import { rfc3339, systemClock } from "../../kernel/clock.ts";
import { Fault } from "../../kernel/fault.ts";
import type { CommandContext } from "../command-context.ts";
import { type ConsoleIo, show, table } from "../console-io.ts";
import { type ExitCode, exitCodes } from "../exit-codes.ts";
import { collectReport } from "./collect-report.ts";

interface ReportOptions {
	/** A file of the daemon's log. */
	readonly log: string | undefined;
	/** Where the archive goes; named by the time when left out. */
	readonly out: string | undefined;
	/** Shows what would be in it, and writes nothing. */
	readonly preview: boolean;
}

/**
 * `report`: everything support needs in one archive, scanned before it is written. Nothing is sent anywhere.
 * @throws Fault `report_refused` when anything is found that must not leave the house
 */
export async function report(context: CommandContext, options: ReportOptions): Promise<ExitCode> {
	const now = systemClock.now();
	const config = await context.config();
	const files = await collectReport(context, { log: options.log, now });
	const leaks = files.flatMap((file) => scan(file, scanOptions(config)));
	if (leaks.length > 0) {
		throw refused(context.io, leaks);
	}
	const list = files.map(({ name, text }) => ({ name, bytes: Buffer.byteLength(text) }));
	const rows = table(
		["file", "bytes"],
		list.map(({ name, bytes }) => [name, String(bytes)]),
	);
	if (options.preview) {
		show(context.io, { files: list }, [...rows, "Nothing was written."]);
		return exitCodes.done;
	}
	const path = options.out ?? `tillbridge-report-${rfc3339(now).slice(0, 19).replaceAll(/\D/g, "")}.tar.gz`;
	writeFileSync(path, gzipSync(tarOf(files, now)), { mode: 0o600, flag: "wx" });
	show(context.io, { path, files: list }, [...rows, `Written to ${path}; nothing was sent anywhere.`]);
	return exitCodes.done;
}

/** Names the places, never what stands there. */
function refused(io: ConsoleIo, leaks: readonly Leak[]): Fault {
	for (const { file, line, what } of leaks) {
		io.error(`${file}, line ${line}: ${what}`);
	}
	return new Fault("report_refused", {
		detail: `The report would hold what must not leave the house, in ${leaks.length} places`,
		context: { places: leaks.length },
	});
}

function scanOptions(config: Config): ScanOptions {
	return {
		secrets: [...dataKeyForms(config), ...localToken(config)],
		harmless: config.lanes.flatMap(({ merchantId, terminalId, serialNumber }) => [
			merchantId,
			terminalId,
			serialNumber,
		]),
		dialectOf: (header) => traceDialect(header, config),
	};
}

function dataKeyForms({ dataDirectory }: Config): readonly string[] {
	const path = join(dataDirectory, "data.key");
	if (!existsSync(path)) {
		return [];
	}
	const key = readFileSync(path);
	const hex = key.toString("hex");
	return [hex, hex.toUpperCase(), key.toString("base64"), key.toString("base64url")];
}

function localToken({ dataDirectory }: Config): readonly string[] {
	return existsSync(join(dataDirectory, "local-access.json")) ? [findLocalAccess(dataDirectory).token] : [];
}
