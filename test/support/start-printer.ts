import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { PortAddress } from "../../src/ports/port.ts";
import type { Condition } from "../../src/simulators/printer/condition.ts";
import type { Switches } from "../../src/simulators/printer/options.ts";
import type { Slip } from "../../src/simulators/printer/paper.ts";
import type { PrinterAddress } from "../../src/simulators/printer/printer-line.ts";
import { type ControlClient, controlClient } from "./control-client.ts";

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

/** A virtual printer in its own process. */
export interface PrinterProcess {
	readonly address: PrinterAddress;
	readonly control: ControlClient;
	state(): Promise<PrinterState>;
	set(switches: Switches): Promise<void>;
	act(action: "load_paper" | "power_off" | "power_on" | "unplug" | "plug"): Promise<void>;
	stop(): Promise<void>;
}

export async function startPrinter(options: Readonly<Record<string, unknown>> = {}): Promise<PrinterProcess> {
	const script = fileURLToPath(new URL("printer-process.ts", import.meta.url));
	const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ["ignore", "pipe", "inherit"] });
	const [line] = await once(createInterface({ input: child.stdout }), "line");
	const { address, controlPort } = JSON.parse(line) as { address: PrinterAddress; controlPort: number };
	const control = controlClient(controlPort);
	const ask = async (request: unknown): Promise<unknown> => {
		const { error, ok, state } = await control.ask(request);
		if (!ok) {
			throw new Error(error);
		}
		return state;
	};
	return {
		address,
		control,
		state: async () => (await ask({ get: true })) as PrinterState,
		set: async (switches) => void (await ask({ set: switches })),
		act: async (action) => void (await ask({ do: action })),
		async stop() {
			control.close();
			child.kill();
			await once(child, "exit");
		},
	};
}

/** The port on which the daemon finds a virtual printer. */
export function portAddress(address: PrinterAddress): PortAddress {
	if (address.kind === "tcp") {
		return address;
	}
	return {
		...address,
		baudRate: 115_200,
		dataBits: 8,
		parity: "none",
		stopBits: 1,
		flowControl: "none",
		dtr: "unchanged",
		rts: "unchanged",
		hangUpOnClose: false,
	};
}
