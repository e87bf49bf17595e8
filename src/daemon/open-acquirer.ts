import type { Acquirer } from "../acquirers/acquirer.ts";
import { openHostLine } from "../acquirers/open-host-line.ts";
import type { AcquirerConfig } from "../config/config.ts";
import type { Diagnostics } from "../diagnostics/diagnostics.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Log } from "../kernel/log.ts";
import { openPort } from "../ports/open-port.ts";
import { hostLanguage } from "./host-language.ts";
import { languageDialect } from "./trace-dialect.ts";

interface AcquirerParts {
	readonly diagnostics: Diagnostics;
	readonly clock: Clock;
	readonly log: Log;
}

/**
 * An acquirer as configured: its profile from the shipped data and its own values, its line not yet connected.
 * @throws Fault `config_unreadable`, `config_invalid`
 */
export function openAcquirer(config: AcquirerConfig, { diagnostics, clock, log }: AcquirerParts): Acquirer {
	const language = hostLanguage(config, clock);
	const { profile, framing } = language;
	const watch = diagnostics.watch({ kind: "acquirer", id: config.id }, languageDialect(config.profile, language));
	const line = openHostLine({
		hosts: config.hosts,
		mode: config.connection,
		framing,
		connectMs: config.timers.connectMs,
		openPort: watch.opener(openPort),
		correlate: (message) => profile.correlate(message),
		clock,
		log: log.child({ acquirer: config.id }),
	});
	return { id: config.id, profile, line: watch.hostLine(line), timers: config.timers };
}
