import { join } from "node:path";
import { apiLimits, startApi } from "../api/start-api.ts";
import { openTokens } from "../api/tokens.ts";
import type { Config } from "../config/config.ts";
import { Diagnostics } from "../diagnostics/diagnostics.ts";
import { openJournal } from "../journal/open-journal.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Log } from "../kernel/log.ts";
import { openPayments } from "../payments/open-payments.ts";
import { keepDevices } from "./keep-devices.ts";
import { lanesOf } from "./lanes.ts";
import { grantLocalAccess } from "./local-access.ts";
import { openAcquirer } from "./open-acquirer.ts";

interface DaemonParts {
	readonly clock: Clock;
	readonly log: Log;
	readonly version: string;
}

export interface Daemon {
	/** Where the API listens. */
	readonly url: string;
	/** Takes no new sales, lets running ones come to their end, closes lines and devices, then the journal. */
	close(): Promise<void>;
}

/** Tokens of the API, beside the journal. */
export function tokensPath({ dataDirectory }: Pick<Config, "dataDirectory">): string {
	return join(dataDirectory, "tokens.json");
}

/**
 * Starts everything a configuration names, the journal first: what it holds is taken up before anything new begins.
 * @throws Fault of the part that cannot start; those that had started are closed again
 */
export async function startDaemon(config: Config, { clock, log, version }: DaemonParts): Promise<Daemon> {
	await using starting = new AsyncDisposableStack();
	const closedAtEnd = <T extends { close(): Promise<void> }>(part: T): T =>
		starting.adopt(part, (opened) => opened.close());

	const journal = closedAtEnd(await openJournal({ directory: config.dataDirectory, clock, log }));
	const diagnostics = new Diagnostics(clock);
	const devices = closedAtEnd(keepDevices(config, { diagnostics, clock, log }));
	const acquirers = config.acquirers.map((acquirer) => openAcquirer(acquirer, { diagnostics, clock, log }));
	for (const { line } of acquirers) {
		closedAtEnd(line);
	}
	devices.start();
	const lanes = lanesOf(config, { devices, acquirers: new Map(acquirers.map((acquirer) => [acquirer.id, acquirer])) });
	const payments = closedAtEnd(await openPayments({ lanes, journal, clock, log }));
	const access = closedAtEnd(grantLocalAccess(config.dataDirectory, openTokens(tokensPath(config), clock)));
	const api = closedAtEnd(
		await startApi({
			listen: config.listen,
			payments,
			devices: [...devices.pinPads.values(), ...devices.printers.values()],
			diagnostics,
			tokens: access.tokens,
			clock,
			log,
			version,
			limits: apiLimits,
		}),
	);
	access.announce(api.url);
	log.info("daemon started", { url: api.url, lanes: lanes.length, version });

	const running = starting.move();
	return {
		url: api.url,
		async close() {
			await running.disposeAsync();
			log.info("daemon stopped");
		},
	};
}
