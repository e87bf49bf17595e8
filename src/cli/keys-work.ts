import { join } from "node:path";
import type { Driver } from "../devices/driver.ts";
import type { PinPad } from "../devices/pin-pad.ts";
import { drivers } from "../drivers/index.ts";
import { systemClock } from "../kernel/clock.ts";
import { Fault } from "../kernel/fault.ts";
import { openLog } from "../kernel/log-sink.ts";
import type { KeyTerminal } from "../keys/ceremony/key-terminal.ts";
import { openKeyTerminal } from "../keys/ceremony/open-key-terminal.ts";
import { type ConnectedPad, connectPad } from "../keys/injection/connect-pad.ts";
import { atKeyDesk, type KeyDesk } from "../keys/key-desk.ts";
import type { KeyPurpose } from "../keys/vault/key-store.ts";
import { openPort } from "../ports/open-port.ts";
import type { CommandContext } from "./command-context.ts";

/** The options that commands on keys have in common. */
export interface KeysOptions {
	/** Published test keys and piped input are let in, into a vault and pads made for tests only. */
	readonly testKeys?: boolean;
}

/** What work on keys needs: the desk, the people's terminal, and a signal that ends it between two keys. */
export interface KeyWork {
	readonly desk: KeyDesk;
	readonly terminal: KeyTerminal;
	readonly purpose: KeyPurpose;
	readonly signal: AbortSignal;
}

/** Vault and record lie beside the journal. */
export async function keysDirectory({ config }: CommandContext): Promise<string> {
	return join((await config()).dataDirectory, "keys");
}

/** Sits down at the desk; Ctrl-C ends the work cleanly between two keys. */
export async function doKeyWork<Result>(
	context: CommandContext,
	{ testKeys }: KeysOptions,
	work: (keyWork: KeyWork) => Promise<Result>,
): Promise<Result> {
	const directory = await keysDirectory(context);
	const stop = new AbortController();
	const onInterrupt = (): void => stop.abort(new Fault("cancelled", { detail: "Interrupted at the keyboard" }));
	process.once("SIGINT", onInterrupt);
	const terminal = openKeyTerminal({ input: process.stdin, output: process.stderr });
	try {
		return await atKeyDesk(directory, systemClock, (desk) =>
			work({ desk, terminal, purpose: testKeys === true ? "test" : "production", signal: stop.signal }),
		);
	} finally {
		terminal.close();
		process.off("SIGINT", onInterrupt);
	}
}

/**
 * Connects a configured PIN pad for key work. A daemon that has its port must let go of it first.
 * @throws Fault `E_NOEXIST`, `E_ILLEGAL` for a device that is no PIN pad, or as the port and the driver do
 */
export async function connectConfiguredPad(
	{ config }: CommandContext,
	id: string,
	signal: AbortSignal,
): Promise<ConnectedPad> {
	const device = (await config()).devices.find((one) => one.id === id);
	const driver = drivers.find((one) => one.id === device?.driver);
	if (device === undefined || driver === undefined) {
		throw new Fault("E_NOEXIST", { detail: `There is no device ${id} in the configuration`, context: { device: id } });
	}
	if (driver.category !== "PinPad") {
		throw new Fault("E_ILLEGAL", { detail: `${id} is no PIN pad`, context: { device: id } });
	}
	const log = openLog({ format: "people", level: "warn", destination: process.stderr });
	const { port, options } = device;
	const pinPadDriver: Driver<PinPad> = driver;
	return connectPad({ driver: pinPadDriver, port, options, openPort, clock: systemClock, log, signal });
}
