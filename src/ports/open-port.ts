import { withDeadline } from "../kernel/deadline.ts";
import type { OpenOptions, OpenPort, PortAddress, PortListener, PortOpener } from "./port.ts";
import { portLabel } from "./port-label.ts";
import { openSerial } from "./serial.ts";
import { openTcp } from "./tcp.ts";
import { openTls } from "./tls.ts";

/** Opens a port of any kind, within the deadline; a port that opens too late is closed again. */
export const openPort: PortOpener = async (address, listener, options) => {
	const wait = {
		name: `open ${portLabel(address)}`,
		ms: options.deadlineMs,
		signal: options.signal,
		code: "E_TIMEOUT",
	} as const;
	return withDeadline(options.clock, wait, async (signal) => {
		const port = await openKind(address, listener, { ...options, signal });
		if (signal.aborted) {
			await port.close();
		}
		return port;
	});
};

function openKind(address: PortAddress, listener: PortListener, options: OpenOptions): Promise<OpenPort> {
	switch (address.kind) {
		case "serial":
			return openSerial(address, listener, options);
		case "tcp":
			return openTcp(address, listener, options);
		case "tls":
			return openTls(address, listener, options);
	}
}
