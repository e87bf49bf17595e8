import type { CounterAddresses } from "../../src/cli/demo/virtual-counter.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { openPort } from "../../src/ports/open-port.ts";
import type { OpenPort, PortAddress, PortListener } from "../../src/ports/port.ts";
import { listenTcp, type TcpConnection } from "../../src/ports/tcp-listen.ts";
import { openPty } from "../../src/simulators/pty.ts";
import type { Frame, Framing } from "../../src/wire/framing.ts";
import { toHex } from "../../src/wire/hex.ts";
import { kmyFraming } from "../../src/wire/kmy-framing.ts";
import { lengthPrefixFraming } from "../../src/wire/length-prefix-framing.ts";
import type { FrameWatch } from "./frame-watch.ts";

const hostFraming = lengthPrefixFraming({ maxPayload: 2048 });
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

/** The lines to pad and acquirer, each with somebody in the middle who counts frames and knows nothing else. */
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
	const toPad = new Relay(kmyFraming, padFrame, (shown, bytes) => {
		watch.pass({ line: "pad", direction: "out", shown, forward: () => void pad.write(bytes) });
	});
	const toDaemon = new Relay(kmyFraming, padFrame, (shown, bytes) => {
		watch.pass({ line: "pad", direction: "in", shown, forward: () => daemon.write(bytes) });
	});
	const daemon = openPty({ onData: (bytes) => toPad.push(bytes) });
	const pad = await openPort({ ...serialSettings, path }, reader(toDaemon), open);
	return {
		address: daemon.path,
		async close() {
			daemon.close();
			await pad.close();
		},
	};
}

/** A connection of the daemon is a connection at the acquirer. */
async function cutHostLine(address: string, watch: FrameWatch): Promise<CutLine> {
	const [host = "", port = ""] = address.split(":");
	const acquirer: PortAddress = { kind: "tcp", host, port: Number(port) };
	const listener = await listenTcp({
		host: "127.0.0.1",
		port: 0,
		onConnection: (daemon) => void joinHost(daemon, acquirer, watch),
	});
	return { address: `${listener.host}:${listener.port}`, close: () => listener.close() };
}

async function joinHost(daemon: TcpConnection, address: PortAddress, watch: FrameWatch): Promise<void> {
	const toDaemon = new Relay(hostFraming, hostFrame, (shown, bytes) => {
		watch.pass({ line: "host", direction: "in", shown, forward: () => daemon.write(bytes) });
	});
	const host: OpenPort = await openPort(address, { ...reader(toDaemon), onLost: () => daemon.close() }, open);
	const toHost = new Relay(hostFraming, hostFrame, (shown, bytes) => {
		watch.pass({ line: "host", direction: "out", shown, forward: () => void host.write(bytes) });
	});
	daemon.onData((bytes) => toHost.push(bytes));
	daemon.onClosed(() => void host.close());
}

function reader(relay: Relay): PortListener {
	return { onData: (bytes) => relay.push(bytes), onLost: () => undefined };
}

/** Takes a byte stream apart into frames; every byte goes on, garbage included. */
class Relay {
	readonly #framing: Framing;
	readonly #decoder;
	readonly #show: (payload: Uint8Array) => string;
	readonly #onFrame: (shown: string, bytes: Uint8Array) => void;

	constructor(
		framing: Framing,
		show: (payload: Uint8Array) => string,
		onFrame: (shown: string, bytes: Uint8Array) => void,
	) {
		this.#framing = framing;
		this.#decoder = framing.decoder();
		this.#show = show;
		this.#onFrame = onFrame;
	}

	push(chunk: Uint8Array): void {
		for (const frame of this.#decoder.push(chunk)) {
			this.#onFrame(...this.#whole(frame));
		}
	}

	#whole(frame: Frame): [string, Uint8Array] {
		switch (frame.kind) {
			case "data":
				return [this.#show(frame.payload), this.#framing.encode(frame.payload)];
			case "control":
				return ["key", Uint8Array.of(frame.byte)];
			case "garbage":
				return ["garbage", frame.bytes];
		}
	}
}

/** Command or status byte. */
function padFrame(payload: Uint8Array): string {
	return toHex(payload.subarray(0, 1));
}

/** The message type, behind TPDU and header. */
function hostFrame(payload: Uint8Array): string {
	return toHex(payload.subarray(11, 13));
}
