import { listenTcp, type TcpConnection, type TcpListener } from "../../src/ports/tcp-listen.ts";
import { type Bytes, concatBytes, fromLatin1, latin1 } from "../../src/wire/bytes.ts";

/** A message on the wire: two bytes of length, then `key text`. */
export function framed(text: string): Bytes {
	return concatBytes(Uint8Array.of(text.length >> 8, text.length & 0xff), latin1(text));
}

/** A host that does what the test says; it is told of each connection and each message. */
export interface ScriptedHost {
	readonly port: number;
	readonly connections: TcpConnection[];
	readonly messages: string[];
	/** How many chunks the messages came in. */
	chunks(): number;
	onMessage: (text: string, connection: TcpConnection) => void;
	onConnection: (connection: TcpConnection) => void;
	close(): Promise<void>;
}

export async function scriptedHost(port = 0): Promise<ScriptedHost> {
	let chunks = 0;
	const serve = (connection: TcpConnection): void => {
		host.connections.push(connection);
		let pending: Bytes = new Uint8Array();
		connection.onData((bytes) => {
			chunks += 1;
			pending = concatBytes(pending, bytes);
			for (;;) {
				const length = 2 + ((pending[0] ?? 0) << 8) + (pending[1] ?? 0);
				if (pending.length < 2 || pending.length < length) {
					return;
				}
				const text = fromLatin1(pending.subarray(2, length));
				pending = pending.slice(length);
				host.messages.push(text);
				host.onMessage(text, connection);
			}
		});
		host.onConnection(connection);
	};
	const listener: TcpListener = await listenTcp({ host: "127.0.0.1", port, onConnection: serve });
	const host: ScriptedHost = {
		port: listener.port,
		connections: [],
		messages: [],
		chunks: () => chunks,
		onMessage: () => undefined,
		onConnection: () => undefined,
		close: () => listener.close(),
	};
	return host;
}
