import type { Acquirer } from "../acquirers/acquirer.ts";
import { openHostLine } from "../acquirers/open-host-line.ts";
import { loadUnionPay } from "../acquirers/unionpay/load.ts";
import { createUnionPayProfile } from "../acquirers/unionpay/profile.ts";
import type { AcquirerConfig } from "../config/config.ts";
import type { Diagnostics } from "../diagnostics/diagnostics.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Log } from "../kernel/log.ts";
import { openPort } from "../ports/open-port.ts";
import { lengthPrefixFraming } from "../wire/length-prefix-framing.ts";
import { shippedData } from "./shipped-data.ts";
import { acquirerDialect, profileCodec } from "./trace-dialect.ts";

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
	const { tpdu, header, signIn, licence, terminalConditions, mac, timers } = config;
	const data = loadUnionPay(shippedData("acquirers/unionpay"), {
		tpdu,
		header,
		signIn: { keys: signIn, licence },
		terminalConditions,
		mac,
	});
	const codec = profileCodec(config.profile);
	const profile = createUnionPayProfile({ codec, ...data });
	const watch = diagnostics.watch({ kind: "acquirer", id: config.id }, acquirerDialect(config, codec));
	const line = openHostLine({
		hosts: config.hosts,
		mode: config.connection,
		framing: lengthPrefixFraming({ maxPayload: data.settings.maxMessage }),
		connectMs: timers.connectMs,
		openPort: watch.opener(openPort),
		correlate: (message) => profile.correlate(message),
		clock,
		log: log.child({ acquirer: config.id }),
	});
	return { id: config.id, profile, line: watch.hostLine(line), timers };
}
