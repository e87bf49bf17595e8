import type { Clock } from "../kernel/clock.ts";
import { Fault } from "../kernel/fault.ts";
import type { PortAddress, PortOpener } from "../ports/port.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { DriverLine } from "./driver.ts";

/** A driver's line together with the way to end it. */
export interface OpenLine extends DriverLine {
	/** Closes the port; `lost` aborts with `E_CLOSED`. Safe to call twice. */
	close(): Promise<void>;
}

interface OpenLineOptions {
	readonly openPort: PortOpener;
	readonly clock: Clock;
	readonly deadlineMs: number;
	readonly signal: AbortSignal;
}

/**
 * Opens a port as a driver wants it: bytes that arrive before there is a reader are kept, and the end is a signal.
 * @throws Fault as the port opener does
 */
export async function openLine(address: PortAddress, options: OpenLineOptions): Promise<OpenLine> {
	const { clock, deadlineMs, signal } = options;
	const lost = new AbortController();
	const early: Bytes[] = [];
	let deliver = (bytes: Bytes): void => {
		early.push(bytes);
	};
	const listener = {
		onData: (bytes: Bytes) => deliver(bytes),
		onLost: (cause: Fault) => lost.abort(cause),
	};
	const port = await options.openPort(address, listener, { clock, deadlineMs, signal });
	const end = async (cause: Fault): Promise<void> => {
		lost.abort(cause);
		await port.close();
	};
	return {
		label: port.label,
		lost: lost.signal,
		async write(bytes) {
			lost.signal.throwIfAborted();
			await port.write(bytes);
		},
		onData(reader) {
			deliver = reader;
			for (const bytes of early.splice(0)) {
				reader(bytes);
			}
		},
		giveUp(cause) {
			// The port's own end comes with the keeper's close(); whoever uses the line learns of it at once.
			lost.abort(cause);
		},
		close: () => end(new Fault("E_CLOSED", { context: { port: port.label } })),
	};
}
