import type { AcquirerConfig, Config } from "../config/config.ts";
import type { Dialect } from "../diagnostics/dialect.ts";
import { deviceDialect } from "../diagnostics/dialects/device-dialects.ts";
import { hostDialect } from "../diagnostics/dialects/host.ts";
import type { TraceHeader } from "../diagnostics/trace-file.ts";
import { systemClock } from "../kernel/clock.ts";
import { type HostLanguage, hostLanguage } from "./host-language.ts";

/** How the line to an acquirer is read for people. */
export function languageDialect(name: AcquirerConfig["profile"], language: HostLanguage): Dialect {
	const { codec, framing, prefixBytes } = language;
	return hostDialect({ name, codec, framing, prefixBytes });
}

/** The language a trace was recorded in: a driver's, or that of a configured acquirer. */
export function traceDialect({ kind, line, dialect }: TraceHeader, { acquirers }: Pick<Config, "acquirers">): Dialect {
	const acquirer = kind === "acquirer" ? acquirers.find(({ id }) => id === line) : undefined;
	return acquirer === undefined
		? deviceDialect(dialect)
		: languageDialect(acquirer.profile, hostLanguage(acquirer, systemClock));
}
