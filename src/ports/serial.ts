import { SerialPort } from "serialport";
import { withDeadline } from "../kernel/deadline.ts";
import { Fault } from "../kernel/fault.ts";
import { watchNode } from "./node-watch.ts";
import { wakeWithPoller } from "./poller-wake.ts";
import type { OpenOptions, OpenPort, PortListener, SerialAddress } from "./port.ts";
import { portLabel } from "./port-label.ts";
import { findNode, openFault } from "./serial-fault.ts";

/** A driver that never lets go of its last bytes must not keep the daemon from stopping. */
const closeMs = 2_000;

/** Opens a serial port exclusively, with all its line settings. */
export async function openSerial(
	address: SerialAddress,
	listener: PortListener,
	options: OpenOptions,
): Promise<OpenPort> {
	const node = await findNode(address.path);
	const port = portFor(address);
	// Read at once and never paused: a port without a pending read does not notice its own end.
	port.on("data", (chunk: Buffer) => listener.onData(Uint8Array.from(chunk)));
	await opened(port, address.path, node);
	wakeWithPoller(port);
	let state: "opening" | "open" | "gone" = "opening";
	const lose = (cause: Error | undefined): void => {
		const wasOpen = state === "open";
		state = "gone";
		stopWatching();
		if (port.isOpen) {
			port.close(() => undefined);
		}
		if (wasOpen) {
			listener.onLost(lost(address.path, cause));
		}
	};
	let stopWatching = (): void => undefined;
	port.once("close", lose);
	port.on("error", lose);
	try {
		stopWatching = await watchNode(node, { clock: options.clock, onGone: () => lose(undefined) });
		await setModemLines(port, address);
	} catch (cause) {
		lose(undefined);
		throw cause instanceof Fault ? cause : lost(address.path, cause);
	}
	if (isGone(state)) {
		throw lost(address.path, undefined);
	}
	state = "open";
	return {
		label: portLabel(address),
		write(bytes) {
			const written = Promise.withResolvers<void>();
			if (state === "gone") {
				written.reject(lost(address.path, undefined));
			} else {
				port.write(bytes, undefined, (cause) =>
					cause ? written.reject(lost(address.path, cause)) : written.resolve(),
				);
			}
			return written.promise;
		},
		async close() {
			if (state === "gone") {
				return;
			}
			state = "gone";
			stopWatching();
			await closeFlushed(port, options);
		},
	};
}

function portFor(address: SerialAddress): SerialPort {
	return new SerialPort({
		path: address.path,
		baudRate: address.baudRate,
		dataBits: address.dataBits,
		parity: address.parity,
		stopBits: address.stopBits,
		rtscts: address.flowControl === "rtscts",
		xon: address.flowControl === "xonxoff",
		xoff: address.flowControl === "xonxoff",
		hupcl: address.hangUpOnClose,
		lock: true,
		autoOpen: false,
	});
}

async function opened(port: SerialPort, path: string, node: string): Promise<void> {
	const cause = await new Promise<Error | null>((resolve) => {
		port.open(resolve);
	});
	if (cause !== null) {
		throw await openFault(path, node, cause);
	}
}

/**
 * Sets DTR and RTS where the configuration asks for it. The system call behind it always writes both lines and
 * serialport raises those it is not told about, so a line to be left alone is taken as raised, as the kernel does at opening.
 */
async function setModemLines(port: SerialPort, address: SerialAddress): Promise<void> {
	if (address.dtr === "unchanged" && address.rts === "unchanged") {
		return;
	}
	const lines = { brk: false, cts: false, dsr: false, dtr: address.dtr !== "off", rts: address.rts !== "off" };
	const cause = await new Promise<Error | null>((resolve) => {
		port.set(lines, resolve);
	});
	// A pseudo-terminal has no modem lines to set (ENOTTY), which is no reason to refuse it.
	if (cause !== null && !/inappropriate ioctl/i.test(cause.message)) {
		throw new Fault("E_ILLEGAL", {
			detail: `DTR and RTS of ${address.path} cannot be set: ${cause.message}`,
			context: { path: address.path },
			cause,
		});
	}
}

/** Unsent bytes are thrown away first: a line stopped by flow control would otherwise hold the close for ever. */
async function closeFlushed(port: SerialPort, options: OpenOptions): Promise<void> {
	const wait = { name: `close ${port.path}`, ms: closeMs };
	const closed = withDeadline(options.clock, wait, async () => {
		await new Promise((resolve) => {
			port.flush(resolve);
		});
		await new Promise((resolve) => {
			port.close(resolve);
		});
	});
	// Whether it closed or hangs, there is nothing left that the caller could do about it.
	await closed.catch(() => undefined);
}

function isGone(state: "opening" | "open" | "gone"): boolean {
	return state === "gone";
}

function lost(path: string, cause: unknown): Fault {
	return new Fault("E_NOHARDWARE", { detail: `${path} was lost`, context: { path }, cause });
}
