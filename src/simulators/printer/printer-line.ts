import { listenTcp, type TcpConnection, type TcpListener } from "../../ports/tcp-listen.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { openPty } from "../pty.ts";
import type { PrinterOptions } from "./options.ts";

/** Where a driver finds the printer. */
export type PrinterAddress =
	| { readonly kind: "serial"; readonly path: string }
	| { readonly kind: "tcp"; readonly host: string; readonly port: number };

/** The printer's end of the cable. */
export interface PrinterLine {
	readonly address: PrinterAddress;
	write(bytes: Bytes): void;
	/** Pulls the cable: whoever is connected loses the line. */
	unplug(): Promise<void>;
	plug(): Promise<void>;
}

/**
 * Opens the line the options ask for.
 * @throws Fault `address_in_use`, `E_OFFLINE`
 */
export function openPrinterLine(
	line: PrinterOptions["line"],
	onData: (bytes: Bytes) => void,
): Promise<PrinterLine> | PrinterLine {
	return line.kind === "pty" ? ptyLine(line.link, onData) : tcpLine(line, onData);
}

/** Without a link the path changes each time the cable is plugged in again. */
function ptyLine(link: string | undefined, onData: (bytes: Bytes) => void): PrinterLine {
	let pty = openPty({ link, onData });
	return {
		get address() {
			return { kind: "serial", path: pty.path } as const;
		},
		write: (bytes) => pty.write(bytes),
		async unplug() {
			pty.close();
		},
		async plug() {
			pty.close();
			pty = openPty({ link, onData });
		},
	};
}

/** Serves one client at a time, as network printers do. */
async function tcpLine(
	{ host, port }: { readonly host: string; readonly port: number },
	onData: (bytes: Bytes) => void,
): Promise<PrinterLine> {
	let client: TcpConnection | undefined;
	const accept = (connection: TcpConnection): void => {
		if (client !== undefined) {
			connection.destroy();
			return;
		}
		client = connection;
		connection.onData(onData);
		connection.onClosed(() => {
			client = undefined;
		});
	};
	const first = await listenTcp({ host, port, onConnection: accept });
	let listener: TcpListener | undefined = first;
	return {
		address: { kind: "tcp", host: first.host, port: first.port },
		write: (bytes) => client?.write(bytes),
		async unplug() {
			await listener?.close();
			listener = undefined;
		},
		async plug() {
			listener ??= await listenTcp({ host, port: first.port, onConnection: accept });
		},
	};
}
