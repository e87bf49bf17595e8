import { listenTcp, type TcpListener } from "../../ports/tcp-listen.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { openPty, type Pty } from "../pty.ts";

/** What reads a line; it writes by the function it was made with. */
interface Line {
	receive(bytes: Bytes): void;
	close(): void;
}

interface CableOptions {
	readonly link: string | undefined;
	readonly tcp: { readonly host: string; readonly port: number } | undefined;
	readonly openLine: (write: (bytes: Bytes) => void) => Line;
}

/** All that the pad is connected by: a pseudo-terminal and, where asked for, a TCP listener. Plugged and pulled as one. */
export class Cables {
	readonly #options: CableOptions;
	readonly #lines = new Set<Line>();
	#pty: Pty | undefined;
	#listener: TcpListener | undefined;
	/** Kept over an unplugging, so that the pad comes back where it was. */
	#tcpPort: number | undefined;
	#pulled: Promise<void> = Promise.resolve();

	constructor(options: CableOptions) {
		this.#options = options;
	}

	/** Of the pseudo-terminal; undefined while unplugged. */
	get path(): string | undefined {
		return this.#pty?.path;
	}

	get tcpPort(): number | undefined {
		return this.#tcpPort;
	}

	/**
	 * Plugs the pad in and says by which path; does nothing when it is plugged in.
	 * @throws Fault `address_in_use`, `E_OFFLINE` from the TCP listener
	 */
	async plug(): Promise<string> {
		await this.#pulled;
		if (this.#pty !== undefined) {
			return this.#pty.path;
		}
		await this.#listen();
		const pty = openPty({ link: this.#options.link, onData: (bytes) => line.receive(bytes) });
		const line = this.#openLine((bytes) => pty.write(bytes));
		this.#pty = pty;
		return pty.path;
	}

	/** Pulls all cables; the other ends see the pad vanish. */
	unplug(): Promise<void> {
		for (const line of this.#lines) {
			line.close();
		}
		this.#lines.clear();
		this.#pty?.close();
		this.#pty = undefined;
		const listener = this.#listener;
		this.#listener = undefined;
		this.#pulled = listener?.close() ?? this.#pulled;
		return this.#pulled;
	}

	async #listen(): Promise<void> {
		const { tcp } = this.#options;
		if (tcp === undefined) {
			return;
		}
		this.#listener = await listenTcp({
			host: tcp.host,
			port: this.#tcpPort ?? tcp.port,
			onConnection: (connection) => {
				const line = this.#openLine((bytes) => connection.write(bytes));
				connection.onData((bytes) => line.receive(bytes));
				connection.onClosed(() => {
					line.close();
					this.#lines.delete(line);
				});
			},
		});
		this.#tcpPort = this.#listener.port;
	}

	#openLine(write: (bytes: Bytes) => void): Line {
		const line = this.#options.openLine(write);
		this.#lines.add(line);
		return line;
	}
}
