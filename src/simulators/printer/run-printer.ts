import { systemClock } from "../../kernel/clock.ts";
import { openControlPort } from "../control.ts";
import { Answers } from "./answers.ts";
import { Engine } from "./engine.ts";
import { type PrinterOptions, switchesSchema } from "./options.ts";
import { openPrinterLine, type PrinterAddress } from "./printer-line.ts";

/** A virtual printer that can be printed on. */
export interface RunningPrinter {
	readonly address: PrinterAddress;
	readonly controlPort: number;
	close(): Promise<void>;
}

/**
 * Runs an ESC/POS receipt printer on a pseudo-terminal or a TCP port.
 * Control port: `{"set":{…}}` changes switches (see `switchesSchema`); `{"get":true}` gives slips, what hangs out uncut,
 * condition and complaints about bytes no printer should get; actions `load_paper`, `power_off` (loses what was not
 * printed, the line stays), `power_on`, `unplug` and `plug`.
 * @throws Fault `address_in_use`, `E_OFFLINE`
 */
export async function runPrinter(options: PrinterOptions): Promise<RunningPrinter> {
	const answers = new Answers(options.switches, systemClock, (bytes) => line.write(bytes));
	const engine = new Engine({ options, clock: systemClock, say: (bytes) => answers.send(bytes) });
	const line = await openPrinterLine(options.line, (bytes) => engine.receive(bytes));
	const control = await openControlPort(options.controlPort, {
		set(changes) {
			const switches = switchesSchema.parse(changes);
			answers.set(switches);
			engine.set(switches);
		},
		get: () => ({ ...engine.state, address: line.address }),
		actions: {
			load_paper: () => engine.loadPaper(),
			power_off: () => engine.powerOff(),
			power_on: () => engine.powerOn(),
			unplug: () => line.unplug(),
			plug: () => line.plug(),
		},
	});
	return {
		address: line.address,
		controlPort: control.port,
		async close() {
			await control.close();
			await line.unplug();
		},
	};
}
