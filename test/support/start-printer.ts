import { z } from "zod";
import type { PortAddress } from "../../src/ports/port.ts";
import type { Condition } from "../../src/simulators/printer/condition.ts";
import type { Slip } from "../../src/simulators/printer/paper.ts";
import type { PrinterAddress } from "../../src/simulators/printer/printer-line.ts";
import { padPort } from "./kept-pad.ts";
import { type SimulatorHands, startSimulator, takeHold } from "./simulator-process.ts";

export interface PrinterState {
	readonly address: PrinterAddress;
	readonly powered: boolean;
	readonly condition: Condition;
	readonly paperLines: number;
	readonly slips: readonly Slip[];
	/** Printed, not cut off yet. */
	readonly hanging: string;
	/** Something waits for the end of its line. */
	readonly lineBegun: boolean;
	/** Commands that wait for the print head. */
	readonly buffered: number;
	readonly pulses: number;
	readonly complaints: readonly string[];
}

type Action = "load_paper" | "power_off" | "power_on" | "unplug" | "plug";

/** A virtual printer in its own process. */
export interface PrinterProcess extends SimulatorHands<PrinterState, Action> {
	readonly address: PrinterAddress;
}

const address = z.discriminatedUnion("kind", [
	z.object({ kind: z.literal("serial"), path: z.string() }),
	z.object({ kind: z.literal("tcp"), host: z.string(), port: z.int() }),
]);

export async function startPrinter(options: Readonly<Record<string, unknown>> = {}): Promise<PrinterProcess> {
	const started = await startSimulator(
		new URL("printer-process.ts", import.meta.url),
		options,
		z.object({ address, controlPort: z.int() }),
	);
	const hands = await takeHold<PrinterState, Action>(started.addresses.controlPort, () => started.stop());
	return { ...hands, address: started.addresses.address };
}

/** The port on which the daemon finds a virtual printer. */
export function portAddress(at: PrinterAddress): PortAddress {
	return at.kind === "tcp" ? at : { ...padPort(at.path), baudRate: 115_200 };
}
