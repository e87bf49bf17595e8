import { connect } from "node:net";
import type { OpenOptions, OpenPort, PortListener, TcpAddress } from "./port.ts";
import { overSocket } from "./socket-port.ts";

/** Opens a TCP connection as a port. */
export function openTcp(address: TcpAddress, listener: PortListener, options: OpenOptions): Promise<OpenPort> {
	const { host, port } = address;
	return overSocket({
		label: `${host}:${port}`,
		socket: connect({ host, port, noDelay: true }),
		readyEvent: "connect",
		listener,
		options,
	});
}
