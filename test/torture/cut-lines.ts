import type { CounterAddresses } from "../../src/cli/demo/virtual-counter.ts";
import { splitAddress } from "../../src/config/port-schema.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { openPort } from "../../src/ports/open-port.ts";
import type { OpenPort, PortAddress } from "../../src/ports/port.ts";
import { listenTcp, type TcpConnection } from "../../src/ports/tcp-listen.ts";
import { openPty } from "../../src/simulators/pty.ts";
import type { FrameWatch } from "./frame-watch.ts";
import { relay } from "./relay.ts";

const open = { clock: systemClock, deadlineMs: 5_000 } as const;
const serialSettings = {
	kind: "serial",
	baudRate: 9600,
	dataBits: 8,
	parity: "none",
	stopBits: 1,
	flowControl: "none",
	dtr: "unchanged",
	rts: "unchanged",
	hangUpOnClose: false,
} as const;

/** The lines to pad and acquirer, each with a relay in the middle. */
export interface CutLines {
	readonly addresses: CounterAddresses;
	close(): Promise<void>;
}

export async function cutLines(direct: CounterAddresses, watch: FrameWatch): Promise<CutLines> {
	const pad = await cutPadLine(direct.pad, watch);
	const host = await cutHostLine(direct.acquirer, watch);
	return {
		addresses: { pad: pad.address, printer: direct.printer, acquirer: host.address },
		async close() {
			await Promise.all([pad.close(), host.close()]);
		},
	};
}

interface CutLine {
	readonly address: string;
	close(): Promise<void>;
}

/** A cable to the daemon and one to the pad; the pad's stays plugged in while the daemon is dead. */
async function cutPadLine(path: string, watch: FrameWatch): Promise<CutLine> {
	const toDaemon = relay({ line: "pad", direction: "in", watch, send: (bytes) => daemon.write(bytes) });
	const toPad = relay({ line: "pad", direction: "out", watch, send: (bytes) => sendTo(pad, bytes) });
	const daemon = openPty({ onData: toPad });
	const pad = await openPort({ ...serialSettings, path }, { onData: toDaemon, onLost: () => daemon.close() }, open);
	return {
		address: daemon.path,
		async close() {
			daemon.close();
			await pad.close();
		},
	};
}

/** Each connection of the daemon is a connection at the acquirer. */
async function cutHostLine(address: string, watch: FrameWatch): Promise<CutLine> {
	const acquirer: PortAddress = { kind: "tcp", ...splitAddress(address) };
	const onConnection = (daemon: TcpConnection): void => {
		joinHost(daemon, acquirer, watch).catch(() => daemon.destroy());
	};
	const listener = await listenTcp({ host: "127.0.0.1", port: 0, onConnection });
	return { address: `${listener.host}:${listener.port}`, close: () => listener.close() };
}

async function joinHost(daemon: TcpConnection, acquirer: PortAddress, watch: FrameWatch): Promise<void> {
	const toDaemon = relay({ line: "host", direction: "in", watch, send: (bytes) => daemon.write(bytes) });
	const host = await openPort(acquirer, { onData: toDaemon, onLost: () => daemon.close() }, open);
	daemon.onData(relay({ line: "host", direction: "out", watch, send: (bytes) => sendTo(host, bytes) }));
	daemon.onClosed(() => void host.close());
}

/** A line that is gone by now has said so to the other end. */
function sendTo(port: OpenPort, bytes: Uint8Array): void {
	port.write(bytes).catch(() => undefined);
}
