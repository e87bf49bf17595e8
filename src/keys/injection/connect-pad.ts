import type { Driver } from "../../devices/driver.ts";
import { openLine } from "../../devices/open-line.ts";
import type { PinPad } from "../../devices/pin-pad.ts";
import type { Clock } from "../../kernel/clock.ts";
import { withDeadline } from "../../kernel/deadline.ts";
import type { Log } from "../../kernel/log.ts";
import type { PortAddress, PortOpener } from "../../ports/port.ts";

interface ConnectOptions<O> {
	readonly driver: Driver<PinPad, O>;
	readonly port: PortAddress;
	/** As configured; parsed by the driver's own schema. */
	readonly options: unknown;
	readonly openPort: PortOpener;
	readonly clock: Clock;
	readonly log: Log;
	readonly signal: AbortSignal;
}

/** A pad on the desk of the integrator, until it is put aside. */
export interface ConnectedPad {
	readonly pad: PinPad;
	close(): Promise<void>;
}

const openMs = 5_000;
const attachMs = 30_000;

/**
 * Opens one pad for key work. Unlike a till's device it is not kept: when its line is lost, that is the end of it.
 * @throws Fault as the port opener and the driver do
 */
export async function connectPad<O>(connect: ConnectOptions<O>): Promise<ConnectedPad> {
	const { driver, port, options, openPort, clock, log, signal } = connect;
	const line = await openLine(port, { openPort, clock, signal, deadlineMs: openMs });
	try {
		const wait = { name: "start-up of the pad", ms: attachMs, signal: AbortSignal.any([signal, line.lost]) };
		const pad = await withDeadline(clock, { ...wait, code: "E_TIMEOUT" }, (inner) =>
			driver.attach(line, driver.options.parse(options), { clock, log, signal: inner }),
		);
		return { pad, close: () => line.close() };
	} catch (error) {
		await line.close();
		throw error;
	}
}
