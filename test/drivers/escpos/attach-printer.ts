import { type OpenLine, openLine } from "../../../src/devices/open-line.ts";
import type { PosPrinter, PrintJob, PrintJobState } from "../../../src/devices/pos-printer.ts";
import { escposDriver } from "../../../src/drivers/escpos/escpos-driver.ts";
import { systemClock } from "../../../src/kernel/clock.ts";
import { openPort } from "../../../src/ports/open-port.ts";
import type { PrinterAddress } from "../../../src/simulators/printer/printer-line.ts";
import { silentLog } from "../../support/silent-log.ts";
import { portAddress } from "../../support/start-printer.ts";

interface AttachedPrinter {
	readonly line: OpenLine;
	readonly printer: PosPrinter;
}

/** The driver on a real line to a virtual printer. */
export async function attachPrinter(
	address: PrinterAddress,
	options: Readonly<Record<string, unknown>> = {},
): Promise<AttachedPrinter> {
	const { signal } = new AbortController();
	const line = await openLine(portAddress(address), { openPort, clock: systemClock, deadlineMs: 2_000, signal });
	const parsed = escposDriver.options.parse(options);
	try {
		return { line, printer: await escposDriver.attach(line, parsed, { clock: systemClock, log: silentLog, signal }) };
	} catch (fault) {
		await line.close();
		throw fault;
	}
}

/** A job that remembers its states and can be waited on. */
export function printJob(markup: string): PrintJob & {
	readonly states: readonly PrintJobState[];
	reached(state: PrintJobState): Promise<void>;
} {
	const states: PrintJobState[] = [];
	const waiting = new Map<PrintJobState, PromiseWithResolvers<void>>();
	const arrival = (state: PrintJobState): PromiseWithResolvers<void> => {
		const known = waiting.get(state) ?? Promise.withResolvers<void>();
		waiting.set(state, known);
		return known;
	};
	return {
		id: "prn_test",
		markup,
		states,
		onState(state) {
			states.push(state);
			arrival(state).resolve();
		},
		reached: (state) => arrival(state).promise,
	};
}
