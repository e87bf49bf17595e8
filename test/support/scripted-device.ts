import { once } from "node:events";
import { createServer, type Socket } from "node:net";
import type { TcpAddress } from "../../src/ports/port.ts";

/** The far end of a line: waits to be connected, says what the test tells it to say. */
export interface ScriptedDevice {
	readonly address: TcpAddress;
	/** The next connection. */
	connected(): Promise<FarEnd>;
	close(): Promise<void>;
}

export interface FarEnd {
	/** The next bytes from the daemon, at least `count` of them. */
	heard(count: number): Promise<Buffer>;
	say(bytes: Uint8Array): void;
	unplug(): void;
}

export async function scriptedDevice(): Promise<ScriptedDevice> {
	const server = createServer({ noDelay: true });
	const waiting: Socket[] = [];
	const arrival = new EventTarget();
	server.on("connection", (socket) => {
		socket.on("error", () => undefined);
		waiting.push(socket);
		arrival.dispatchEvent(new Event("one"));
	});
	server.listen(0, "127.0.0.1");
	await once(server, "listening");
	const bound = server.address();
	if (bound === null || typeof bound === "string") {
		throw new Error("no TCP address");
	}
	const open: Socket[] = [];
	return {
		address: { kind: "tcp", host: "127.0.0.1", port: bound.port },
		async connected() {
			while (waiting.length === 0) {
				await once(arrival, "one");
			}
			const socket = waiting.shift();
			if (socket === undefined) {
				throw new Error("no connection");
			}
			open.push(socket);
			return farEnd(socket);
		},
		async close() {
			for (const socket of [...open, ...waiting]) {
				socket.destroy();
			}
			server.close();
			await once(server, "close");
		},
	};
}

function farEnd(socket: Socket): FarEnd {
	let heard = Buffer.alloc(0);
	const news = new EventTarget();
	socket.on("data", (bytes) => {
		heard = Buffer.concat([heard, bytes]);
		news.dispatchEvent(new Event("more"));
	});
	return {
		async heard(count) {
			while (heard.length < count) {
				await once(news, "more");
			}
			const bytes = heard;
			heard = Buffer.alloc(0);
			return bytes;
		},
		say: (bytes) => void socket.write(bytes),
		unplug: () => void socket.destroy(),
	};
}
