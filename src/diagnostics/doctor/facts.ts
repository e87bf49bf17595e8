import type { SerialAddress } from "../../ports/port.ts";
import type { Counts } from "../tally.ts";

/** A program that runs, as in `/proc`. */
export interface ProcessFact {
	readonly pid: number;
	readonly name: string;
	readonly command: string;
}

/** What the machine knows of a serial port that the configuration names. */
export interface PortFacts {
	readonly device: string;
	readonly address: SerialAddress;
	/** Line settings of the device's maker. */
	readonly defaults: { readonly baudRate: number; readonly dataBits: number; readonly parity: string };
	/** The node behind a link; undefined when there is none. */
	readonly node: string | undefined;
	readonly group: string;
	readonly accessible: boolean;
	/** Another process than the daemon that has it open. */
	readonly holder: { readonly pid: number; readonly name: string } | undefined;
	/** Only of USB adapters. */
	readonly usb:
		| { readonly id: string; readonly autosuspend: boolean; readonly ignoredByModemManager: boolean }
		| undefined;
}

/** A device as the running daemon shows it. */
export interface DeviceFacts {
	readonly id: string;
	readonly state: string;
	/** Fault code and its extended code, while it is not there. */
	readonly code: string | undefined;
	readonly extended: string | undefined;
	readonly says: string;
	readonly health: Readonly<Record<string, unknown>>;
	readonly counts: Counts;
}

/** Everything the doctor judges by, gathered at the edge. */
export interface Facts {
	readonly user: string;
	/** Milliseconds since 1970-01-01 UTC. */
	readonly now: number;
	readonly processes: readonly ProcessFact[];
	/** Terminals the kernel writes its messages to. */
	readonly consoles: readonly string[];
	readonly ports: readonly PortFacts[];
	/** Undefined while no daemon runs. */
	readonly devices: readonly DeviceFacts[] | undefined;
	readonly disk: { readonly path: string; readonly freeBytes: number };
	/** Undefined where it cannot be told. */
	readonly clockKept: boolean | undefined;
	/** Undefined while there is no journal. */
	readonly journal:
		| {
				readonly brokenAt: number | undefined;
				readonly events: number;
				readonly unsettled: number;
				readonly newestAt: number;
		  }
		| undefined;
}
