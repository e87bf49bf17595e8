import { z } from "zod";
import type { Codec } from "../../iso8583/codec.ts";
import { rfc3339, systemClock } from "../../kernel/clock.ts";
import { listenTcp, type TcpConnection, type TcpListener } from "../../ports/tcp-listen.ts";
import { lengthPrefixFraming } from "../../wire/length-prefix-framing.ts";
import { openControlPort } from "../control.ts";
import { FaultSwitches, faultSchema } from "./faults.ts";
import { Host } from "./host.ts";
import { Ledger } from "./ledger.ts";
import type { AcquirerOptions } from "./options.ts";
import { SecurityModule } from "./security-module.ts";
import { TerminalLine } from "./terminal-line.ts";

/** A virtual acquirer that listens. */
export interface RunningAcquirer {
	readonly host: string;
	readonly port: number;
	readonly controlPort: number;
	close(): Promise<void>;
}

interface Violation {
	readonly at: string;
	readonly mti: string;
	readonly rule: string;
}

const changesSchema = z.strictObject({ faults: z.array(faultSchema) });

/**
 * Runs a UnionPay acquirer with its encryption module, ledger and issuer. `codec` is that of the UnionPay field table.
 * Control port: `{"set":{"faults":[…]}}` replaces the faults that are switched on; `{"get":true}` gives ledger,
 * batches, violations, counts and faults; actions `sign_off` (forgets all working keys), `hang_up` (cuts all lines),
 * `stop_listening` and `listen` (connections are refused in between).
 * @throws Fault `address_in_use`, `E_OFFLINE`
 */
export async function runAcquirer(options: AcquirerOptions, codec: Codec): Promise<RunningAcquirer> {
	const framing = lengthPrefixFraming({ maxPayload: 2048 });
	const faults = new FaultSwitches(options.faults);
	const security = new SecurityModule(options.terminals);
	const ledger = new Ledger(options.ledgerFile);
	const violations: Violation[] = [];
	const counts = new Map<string, number>();
	const complain = (mti: string, rule: string): void => {
		violations.push({ at: rfc3339(systemClock.now()), mti, rule });
	};
	const host = new Host({ options, security, ledger, now: () => systemClock.now(), complain });
	const connections = new Set<TcpConnection>();
	const accept = (connection: TcpConnection): void => {
		if (faults.takeConnection()) {
			connection.destroy();
			return;
		}
		connections.add(connection);
		connection.onClosed(() => connections.delete(connection));
		void new TerminalLine({
			connection,
			framing,
			codec,
			hasHeader: options.header,
			host,
			security,
			faults,
			clock: systemClock,
			complain,
			count: (what) => void counts.set(what, (counts.get(what) ?? 0) + 1),
		});
	};
	const first = await listenTcp({ host: options.host, port: options.port, onConnection: accept });
	let listener: TcpListener | undefined = first;
	const stopListening = async (): Promise<void> => {
		await listener?.close();
		listener = undefined;
	};
	const control = await openControlPort(options.controlPort, {
		set: (changes) => faults.set(changesSchema.parse(changes).faults),
		get: () => ({
			ledger: ledger.entries,
			batches: host.batches,
			violations,
			counts: Object.fromEntries(counts),
			faults: faults.armed,
		}),
		actions: {
			sign_off: () => security.signOffAll(),
			hang_up() {
				for (const connection of connections) {
					connection.destroy();
				}
			},
			stop_listening: stopListening,
			async listen() {
				listener ??= await listenTcp({ host: options.host, port: first.port, onConnection: accept });
			},
		},
	});
	return {
		host: first.host,
		port: first.port,
		controlPort: control.port,
		async close() {
			await control.close();
			await stopListening();
		},
	};
}
