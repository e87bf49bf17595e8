import { readFile } from "node:fs/promises";
import { type ConnectionOptions, connect } from "node:tls";
import { Fault } from "../kernel/fault.ts";
import type { OpenOptions, OpenPort, PortListener, TlsAddress } from "./port.ts";
import { portLabel } from "./port-label.ts";
import { overSocket } from "./socket-port.ts";

/**
 * Opens a TLS connection (1.2 or newer) as a port. The peer must show a certificate for `serverName`, or else `host`,
 * from the authority in `ca`, which then is the only one trusted.
 */
export async function openTls(address: TlsAddress, listener: PortListener, options: OpenOptions): Promise<OpenPort> {
	const { host, port } = address;
	const identity = await identityOf(address);
	return overSocket({
		label: portLabel(address),
		socket: connect({ host, port, ...identity, minVersion: "TLSv1.2", rejectUnauthorized: true }).setNoDelay(true),
		readyEvent: "secureConnect",
		listener,
		options,
	});
}

async function identityOf(address: TlsAddress): Promise<ConnectionOptions> {
	const [ca, cert, key] = await Promise.all([pem(address.ca), pem(address.certificate), pem(address.key)]);
	return {
		...(ca === undefined ? {} : { ca }),
		...(cert === undefined ? {} : { cert }),
		...(key === undefined ? {} : { key }),
		...(address.serverName === undefined ? {} : { servername: address.serverName }),
	};
}

async function pem(path: string | undefined): Promise<Buffer | undefined> {
	if (path === undefined) {
		return undefined;
	}
	try {
		return await readFile(path);
	} catch (cause) {
		throw new Fault("config_unreadable", { detail: `cannot read ${path}`, context: { path }, cause });
	}
}
