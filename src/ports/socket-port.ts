import type { Socket } from "node:net";
import { Fault } from "../kernel/fault.ts";
import type { OpenOptions, OpenPort, PortListener } from "./port.ts";

interface ConnectingSocket {
	/** For people: "10.1.2.3:9100". */
	readonly label: string;
	readonly socket: Socket;
	readonly readyEvent: "connect" | "secureConnect";
	readonly listener: PortListener;
	readonly options: OpenOptions;
}

/** A dead peer is noticed after this and some minutes of the system's own probes. */
const keepAliveMs = 30_000;

/** How long the peer may take to answer our FIN before the socket is cut. */
const lingerMs = 500;

/** Makes a port of a socket that is on its way to its peer. */
export async function overSocket(connecting: ConnectingSocket): Promise<OpenPort> {
	const { label, socket, readyEvent, listener, options } = connecting;
	const ready = Promise.withResolvers<void>();
	let phase: "connecting" | "open" | "gone" = "connecting";
	const end = (cause: NodeJS.ErrnoException | undefined): void => {
		if (phase === "connecting") {
			ready.reject(refused(label, cause));
		} else if (phase === "open") {
			listener.onLost(lost(label, cause));
		}
		phase = "gone";
		socket.destroy();
	};
	const abort = (): void => end(undefined);
	options.signal?.addEventListener("abort", abort, { once: true });
	socket.on("data", (chunk) => listener.onData(Uint8Array.from(chunk)));
	socket.once(readyEvent, () => ready.resolve());
	socket.once("error", end);
	socket.once("end", () => end(undefined));
	socket.once("close", () => end(undefined));
	// Whatever still comes after the first error has nothing to add.
	socket.on("error", () => undefined);
	socket.setKeepAlive(true, keepAliveMs);
	try {
		await ready.promise;
	} finally {
		options.signal?.removeEventListener("abort", abort);
	}
	phase = "open";
	return {
		label,
		write(bytes) {
			const written = Promise.withResolvers<void>();
			if (phase === "gone") {
				written.reject(lost(label, undefined));
			} else {
				socket.write(bytes, (cause) => (cause ? written.reject(lost(label, cause)) : written.resolve()));
			}
			return written.promise;
		},
		async close() {
			if (phase === "gone") {
				return;
			}
			phase = "gone";
			const closed = Promise.withResolvers<void>();
			socket.once("close", () => closed.resolve());
			const timer = options.clock.after(lingerMs, () => socket.destroy());
			socket.end();
			await closed.promise;
			timer.cancel();
		},
	};
}

function refused(label: string, cause: NodeJS.ErrnoException | undefined): Fault {
	return new Fault("E_OFFLINE", {
		detail: `${label} cannot be reached: ${cause?.message ?? "the peer hung up"}`,
		context: { address: label },
		cause,
	});
}

function lost(label: string, cause: NodeJS.ErrnoException | undefined): Fault {
	return new Fault("E_NOHARDWARE", {
		detail: `${label} was lost: ${cause?.message ?? "the peer hung up"}`,
		context: { address: label },
		cause,
	});
}
