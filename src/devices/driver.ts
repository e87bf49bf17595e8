import type { z } from "zod";
import type { Clock } from "../kernel/clock.ts";
import type { Fault } from "../kernel/fault.ts";
import type { Log } from "../kernel/log.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { Device } from "./device.ts";

/** The line as a driver sees it: already open, bytes out, bytes in, and the end of it. */
export interface DriverLine {
	readonly label: string;
	write(bytes: Uint8Array): Promise<void>;
	/** Sets the one reader; bytes that came earlier are delivered at once. */
	onData(reader: (bytes: Bytes) => void): void;
	/** Aborts when the line is lost or closed; the reason is the Fault. */
	readonly lost: AbortSignal;
	/** Gives the line up, so that the keeper opens it anew (a device that stays silent, a frame that makes no sense). */
	giveUp(cause: Fault): void;
	/** Told of received frames that nobody had asked for, so that they can be counted. */
	readonly discarded?: (frames: number) => void;
}

export interface DriverContext {
	readonly clock: Clock;
	readonly log: Log;
	/** Aborts the start-up dialogue when the daemon stops or the line is lost. */
	readonly signal: AbortSignal;
}

/** One device family. The register in `drivers/index.ts` lists them; nothing else names them. */
export interface Driver<D extends Device = Device, O = unknown> {
	readonly id: string;
	readonly category: D["category"];
	readonly title: string;
	/** Known from a single source only: opens behind `experimental: true`. */
	readonly experimental: boolean;
	/** Line settings of the maker, used where the configuration is silent. */
	readonly serialDefaults: {
		readonly baudRate: number;
		readonly dataBits: 7 | 8;
		readonly parity: "none" | "even" | "odd";
	};
	/** Options and quirks of this family in the configuration. */
	readonly options: z.ZodType<O>;
	/** Identifies the device and brings it to a known state. */
	attach(line: DriverLine, options: O, context: DriverContext): Promise<D>;
}
