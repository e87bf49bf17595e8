import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import type { Scope } from "../../src/api/scopes.ts";
import { type Api, type ApiOptions, apiLimits, startApi } from "../../src/api/start-api.ts";
import { openTokens, type Tokens } from "../../src/api/tokens.ts";
import { Diagnostics } from "../../src/diagnostics/diagnostics.ts";
import { kmyDialect } from "../../src/diagnostics/dialects/kmy.ts";
import { openJournal } from "../../src/journal/open-journal.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { openPayments } from "../../src/payments/open-payments.ts";
import type { Payments } from "../../src/payments/payments.ts";
import { type ClearPad, clearPad } from "../support/clear-pad.ts";
import { silentLog } from "../support/silent-log.ts";
import { type AcquirerProcess, startAcquirer } from "../support/start-acquirer.ts";
import { testAcquirer, testLane } from "../support/test-lane.ts";
import { type Client, client } from "./client.ts";
import { type FakePrinter, fakePrinter } from "./fake-printer.ts";

/** A whole counter behind a real API on a real socket: real payments, journal and host line, a pad with real keys. */
export interface Counter {
	/** What the API was started with. */
	readonly options: ApiOptions;
	readonly api: Api;
	readonly payments: Payments;
	readonly host: AcquirerProcess;
	readonly pad: ClearPad;
	readonly printer: FakePrinter;
	readonly tokens: Tokens;
	readonly tokenFile: string;
	/** A client with a new token of these scopes. */
	client(...scopes: readonly Scope[]): Client;
	close(): Promise<void>;
}

export async function openCounter(own: Partial<ApiOptions> = {}): Promise<Counter> {
	const clock = systemClock;
	const log = silentLog;
	const directory = mkdtempSync(join(tmpdir(), "counter-"));
	const host = await startAcquirer();
	const pad = clearPad();
	const printer = fakePrinter();
	const journal = await openJournal({ directory, clock, log });
	const acquirer = testAcquirer({ port: host.port, mode: "per_exchange", answerMs: 200 });
	const payments = await openPayments({
		journal,
		clock,
		log,
		lanes: [testLane({ pinPad: pad.device, printer: printer.device, acquirer })],
	});
	const tokenFile = join(directory, "tokens.json");
	const tokens = openTokens(tokenFile, clock);
	const options: ApiOptions = {
		listen: { host: "127.0.0.1", port: 0, names: [], origins: ["https://till.example"] },
		payments,
		devices: [pad.device, printer.device],
		diagnostics: watchedLines(),
		tokens,
		clock,
		log,
		version: "0.0.0-test",
		limits: apiLimits,
		...own,
	};
	const api = await startApi(options);
	return {
		options,
		api,
		payments,
		host,
		pad,
		printer,
		tokens,
		tokenFile,
		client: (...scopes) => client(api.url, tokens.create("test", scopes).secret),
		async close() {
			await api.close();
			await payments.close();
			await acquirer.line.close();
			await journal.close();
			await host.stop();
			rmSync(directory, { recursive: true });
		},
	};
}

/** Lines that nothing is said on. */
function watchedLines(): Diagnostics {
	const diagnostics = new Diagnostics(systemClock);
	diagnostics.watch({ kind: "device", id: "pad1" }, kmyDialect);
	diagnostics.watch({ kind: "acquirer", id: "bank" }, kmyDialect);
	return diagnostics;
}
