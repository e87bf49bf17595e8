import type { Clock } from "../kernel/clock.ts";
import type { Fault } from "../kernel/fault.ts";
import type { Bytes } from "../wire/bytes.ts";

/** Full line settings of a serial port, in the terms of termios and RS-232. */
export interface SerialAddress {
	readonly kind: "serial";
	/** Prefer a stable link: `/dev/serial/by-id/…` or `/dev/pos/…`. */
	readonly path: string;
	readonly baudRate: number;
	readonly dataBits: 7 | 8;
	readonly parity: "none" | "even" | "odd";
	readonly stopBits: 1 | 2;
	readonly flowControl: "none" | "rtscts" | "xonxoff";
	/** Modem lines after opening; `unchanged` leaves them as the kernel set them. */
	readonly dtr: "on" | "off" | "unchanged";
	readonly rts: "on" | "off" | "unchanged";
	/** Drop DTR when the port is closed. Resets some pads, powers down those fed from DTR: off by default. */
	readonly hangUpOnClose: boolean;
}

export interface TcpAddress {
	readonly kind: "tcp";
	readonly host: string;
	readonly port: number;
}

export interface TlsAddress {
	readonly kind: "tls";
	readonly host: string;
	readonly port: number;
	/** Name in the certificate, when it differs from `host`. */
	readonly serverName?: string;
	/** PEM files. Without `ca` the system's authorities are trusted. */
	readonly ca?: string;
	readonly certificate?: string;
	readonly key?: string;
}

export type PortAddress = SerialAddress | TcpAddress | TlsAddress;

/** Attached before the port opens: a port without a reader can neither lose bytes nor hide its own end. */
export interface PortListener {
	onData(bytes: Bytes): void;
	/** Called once, when the port is gone for whatever reason but our own `close()`. */
	onLost(cause: Fault): void;
}

/** An open line. It never reopens: a lost port is replaced by a new one. */
export interface OpenPort {
	/** For people: "/dev/ttyUSB0 9600 8N1", "10.1.2.3:9100". */
	readonly label: string;
	/**
	 * Resolves when the operating system has taken all bytes.
	 * @throws Fault `E_NOHARDWARE` when the port is lost
	 */
	write(bytes: Uint8Array): Promise<void>;
	/** Closes without a word to the listener; safe to call twice. */
	close(): Promise<void>;
}

export interface OpenOptions {
	readonly clock: Clock;
	readonly deadlineMs: number;
	readonly signal?: AbortSignal | undefined;
}

/**
 * Opens one port of any kind.
 * @throws Fault `E_NOHARDWARE` (absent), `E_CLAIMED` (held, context names `holder` and `pid` where they can be found),
 * `E_OFFLINE` (refused, unreachable, no permission), `E_TIMEOUT`
 */
export type PortOpener = (address: PortAddress, listener: PortListener, options: OpenOptions) => Promise<OpenPort>;
