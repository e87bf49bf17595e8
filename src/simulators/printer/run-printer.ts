import { type Clock, systemClock } from "../../kernel/clock.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { fromHex } from "../../wire/hex.ts";
import { openControlPort } from "../control.ts";
import { Engine } from "./engine.ts";
import { type PrinterOptions, type Switches, switchesSchema } from "./options.ts";
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
	const mouth = new Mouth(options.switches, systemClock, (bytes) => line.write(bytes));
	const engine = new Engine({ options, clock: systemClock, say: (bytes) => mouth.say(bytes) });
	const line = await openPrinterLine(options.line, (bytes) => engine.receive(bytes));
	const control = await openControlPort(options.controlPort, {
		set(changes) {
			const switches = switchesSchema.parse(changes);
			mouth.set(switches);
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

/** What the printer says on its way to the line, with what can go wrong on it. */
class Mouth {
	readonly #clock: Clock;
	readonly #write: (bytes: Bytes) => void;
	#mute: boolean;
	#split: boolean;
	#noise: string;
	/** Bytes that leave one by one. */
	#trickle: number[] = [];

	constructor({ mute, split, noise }: Switches, clock: Clock, write: (bytes: Bytes) => void) {
		this.#clock = clock;
		this.#write = write;
		this.#mute = mute ?? false;
		this.#split = split ?? false;
		this.#noise = noise ?? "";
	}

	set({ mute, split, noise }: Switches): void {
		this.#mute = mute ?? this.#mute;
		this.#split = split ?? this.#split;
		this.#noise = noise ?? this.#noise;
	}

	say(bytes: Bytes): void {
		if (this.#mute) {
			return;
		}
		const said = [...fromHex(this.#noise), ...bytes];
		this.#noise = "";
		if (!this.#split) {
			this.#write(Uint8Array.from(said));
			return;
		}
		const idle = this.#trickle.length === 0;
		this.#trickle.push(...said);
		if (idle) {
			this.#sayNext();
		}
	}

	/** Each byte in its own turn of the event loop, so that each arrives on its own. */
	#sayNext(): void {
		const byte = this.#trickle[0];
		if (byte === undefined) {
			return;
		}
		this.#write(Uint8Array.of(byte));
		this.#clock.after(2, () => {
			this.#trickle.shift();
			this.#sayNext();
		});
	}
}
