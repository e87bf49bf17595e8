import { systemClock } from "../../src/kernel/clock.ts";
import { openPort } from "../../src/ports/open-port.ts";
import { listenTcp, type TcpConnection } from "../../src/ports/tcp-listen.ts";
import type { Bytes } from "../../src/wire/bytes.ts";
import { toHex } from "../../src/wire/hex.ts";
import { lengthPrefixFraming } from "../../src/wire/length-prefix-framing.ts";

const framing = lengthPrefixFraming({ maxPayload: 2048 });

/** A message on the line between daemon and acquirer, without its length. */
export interface LineMessage {
	readonly mti: string;
	readonly bytes: Bytes;
}

/** The way to the daemon: messages, or bare bytes. */
interface DaemonEnd {
	readonly pass: (message: Bytes) => void;
	readonly write: (bytes: Bytes) => void;
}

/** What becomes of an answer. */
type Handling = (answer: LineMessage, daemon: DaemonEnd) => void;

const passOn: Handling = ({ bytes }, { pass }) => pass(bytes);

/** Somebody in the middle of the host line, who writes everything down and decides about the answers. */
export class HostRelay {
	/** In the order in which they passed, requests and answers. */
	readonly messages: LineMessage[] = [];
	/** How many connections the daemon has made. */
	connections = 0;
	handling: Handling = passOn;
	#close: () => Promise<void> = () => Promise.resolve();

	/** @returns the address for the daemon in place of `acquirer`, both as host:port */
	async listen(acquirer: string): Promise<string> {
		const listener = await listenTcp({
			host: "127.0.0.1",
			port: 0,
			onConnection: (daemon) => void this.#join(daemon, acquirer).catch(() => daemon.destroy()),
		});
		this.#close = () => listener.close();
		return `${listener.host}:${listener.port}`;
	}

	passOn(): void {
		this.handling = passOn;
	}

	close(): Promise<void> {
		return this.#close();
	}

	async #join(daemon: TcpConnection, acquirer: string): Promise<void> {
		this.connections += 1;
		const [host = "", port = ""] = acquirer.split(":");
		const [requests, answers] = [framing.decoder(), framing.decoder()];
		const end: DaemonEnd = {
			pass: (message) => daemon.write(framing.encode(message)),
			write: (bytes) => daemon.write(bytes),
		};
		const onData = (bytes: Bytes): void => {
			for (const frame of answers.push(bytes)) {
				if (frame.kind === "data") {
					this.handling(this.#note(frame.payload), end);
				}
			}
		};
		const line = await openPort(
			{ kind: "tcp", host, port: Number(port) },
			{ onData, onLost: () => daemon.destroy() },
			{ clock: systemClock, deadlineMs: 5_000 },
		);
		daemon.onData((bytes) => {
			for (const frame of requests.push(bytes)) {
				if (frame.kind === "data") {
					this.#note(frame.payload);
				}
			}
			void line.write(bytes);
		});
		daemon.onClosed(() => void line.close());
	}

	/** The message type stands behind TPDU and header. */
	#note(bytes: Bytes): LineMessage {
		const message = { mti: toHex(bytes.subarray(11, 13)), bytes };
		this.messages.push(message);
		return message;
	}
}
