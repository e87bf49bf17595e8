import { connect } from "node:net";
import type { OpenOptions, OpenPort, PortListener, TcpAddress } from "./port.ts";
import { portLabel } from "./port-label.ts";
import { overSocket } from "./socket-port.ts";

/** Opens a TCP connection as a port. */
export function openTcp(address: TcpAddress, listener: PortListener, options: OpenOptions): Promise<OpenPort> {
	const { host, port } = address;
	return overSocket({
		label: portLabel(address),
		socket: connect({ host, port, noDelay: true }),
		readyEvent: "connect",
		listener,
		options,
	});
}
