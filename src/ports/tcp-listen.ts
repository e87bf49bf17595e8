import { createServer, type Socket } from "node:net";
import { Fault } from "../kernel/fault.ts";
import type { Bytes } from "../wire/bytes.ts";

/** One accepted connection, as a server sees it. */
export interface TcpConnection {
	/** "127.0.0.1:40312" */
	readonly remote: string;
	/** Sets the one reader; bytes that came earlier are delivered at once. */
	onData(reader: (bytes: Bytes) => void): void;
	/** Called once when the connection is gone, whoever ended it. */
	onClosed(listener: () => void): void;
	write(bytes: Uint8Array): void;
	/** Sends what is written, then FIN. */
	close(): void;
	/** Cuts the line at once with RST, as a crashed peer would. */
	destroy(): void;
}

export interface TcpListener {
	readonly host: string;
	/** The real port, also when 0 was asked for. */
	readonly port: number;
	/** Stops listening and cuts all connections. */
	close(): Promise<void>;
}

interface ListenOptions {
	readonly host: string;
	/** 0 lets the system choose. */
	readonly port: number;
	readonly onConnection: (connection: TcpConnection) => void;
}

/**
 * Listens for TCP connections.
 * @throws Fault `address_in_use` when the address is taken, `E_OFFLINE` when it cannot be listened on
 */
export async function listenTcp(options: ListenOptions): Promise<TcpListener> {
	const sockets = new Set<Socket>();
	const server = createServer({ noDelay: true }, (socket) => {
		sockets.add(socket);
		socket.on("close", () => sockets.delete(socket));
		options.onConnection(connectionOver(socket));
	});
	const listening = Promise.withResolvers<void>();
	server.once("error", (cause) => listening.reject(listenFault(options, cause)));
	server.listen({ host: options.host, port: options.port }, listening.resolve);
	await listening.promise;
	const address = server.address();
	return {
		host: options.host,
		port: typeof address === "object" && address !== null ? address.port : options.port,
		async close() {
			const closed = Promise.withResolvers<void>();
			server.close(() => closed.resolve());
			for (const socket of sockets) {
				socket.destroy();
			}
			await closed.promise;
		},
	};
}

function connectionOver(socket: Socket): TcpConnection {
	let early: Bytes[] = [];
	let reader: ((bytes: Bytes) => void) | undefined;
	let gone = false;
	const closedListeners: (() => void)[] = [];
	socket.on("data", (chunk) => {
		const bytes = Uint8Array.from(chunk);
		if (reader === undefined) {
			early.push(bytes);
		} else {
			reader(bytes);
		}
	});
	// The "close" event that follows says all there is to say about a broken connection.
	socket.on("error", () => undefined);
	socket.once("close", () => {
		gone = true;
		for (const listener of closedListeners) {
			listener();
		}
	});
	return {
		remote: `${socket.remoteAddress ?? "?"}:${socket.remotePort ?? 0}`,
		onData(next) {
			reader = next;
			const waiting = early;
			early = [];
			waiting.forEach(next);
		},
		onClosed(listener) {
			if (gone) {
				listener();
			} else {
				closedListeners.push(listener);
			}
		},
		write: (bytes) => void socket.write(bytes),
		close: () => void socket.end(),
		destroy: () => void socket.resetAndDestroy(),
	};
}

function listenFault(options: ListenOptions, cause: NodeJS.ErrnoException): Fault {
	const address = `${options.host}:${options.port}`;
	return new Fault(cause.code === "EADDRINUSE" ? "address_in_use" : "E_OFFLINE", {
		detail: `cannot listen on ${address}: ${cause.message}`,
		context: { address },
		cause,
	});
}
