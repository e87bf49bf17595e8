import type { Clock } from "../../kernel/clock.ts";
import { type Bytes, concatBytes, latin1 } from "../../wire/bytes.ts";
import { type Command, type CommandName, CommandReader } from "./command-reader.ts";
import { automaticStatus, type Condition, isStopped, paperSensors, realTimeStatus } from "./condition.ts";
import type { PrinterOptions, Switches } from "./options.ts";
import { Paper } from "./paper.ts";
import { Typesetter } from "./typesetter.ts";

interface EngineParts {
	readonly options: PrinterOptions;
	readonly clock: Clock;
	/** Takes what the printer says. */
	readonly say: (bytes: Bytes) => void;
}

/** Commands wait here until the head gets to them; those of real time never do. */
type Buffered = Exclude<Command, { readonly kind: "real_time" }>;

type Parameters = readonly number[];

/** Answers to GS I: firmware, maker, model, serial number. */
const identity = (model: string): ReadonlyMap<number | undefined, string> =>
	new Map([
		[65, "1.00 TB"],
		[66, "TILLBRIDGE"],
		[67, model],
		[68, "TB0000001"],
	]);

/**
 * The inside of an ESC/POS printer: takes bytes in, prints them in order while nothing stops it, and says how it is.
 * A stopped printer keeps what it was sent; DLE EOT is answered at any time.
 */
export class Engine {
	readonly #parts: EngineParts;
	readonly #reader = new CommandReader();
	readonly #paper: Paper;
	readonly #typesetter: Typesetter;
	readonly #complaints: string[] = [];
	#buffer: Buffered[] = [];
	#powered = true;
	/** A line takes its time: nothing else happens until it is printed. */
	#linesOnTheWay = 0;
	#statusMask = 0;
	#pulses = 0;
	#switches: Omit<Condition, "paper"> & { readonly cutterJam: boolean } = {
		cover: "closed",
		online: true,
		error: "none",
		cutterJam: false,
	};
	#reported: Bytes;

	constructor(parts: EngineParts) {
		this.#parts = parts;
		const { columns, rollLines, switches } = parts.options;
		this.#paper = new Paper(switches.paperLines ?? rollLines);
		this.#typesetter = new Typesetter({
			columns,
			onLine: (text, height) => this.#printLine(text, height),
			complain: (rule) => this.#complain(rule),
		});
		this.#reported = automaticStatus(this.#condition);
		this.set(switches);
	}

	/** Everything worth looking at. */
	get state(): Readonly<Record<string, unknown>> {
		return {
			powered: this.#powered,
			condition: this.#condition,
			paperLines: this.#paper.linesLeft,
			slips: this.#paper.slips,
			hanging: this.#paper.hanging,
			lineBegun: this.#typesetter.lineBegun,
			buffered: this.#buffer.length,
			pulses: this.#pulses,
			complaints: this.#complaints,
		};
	}

	receive(bytes: Uint8Array): void {
		if (!this.#powered) {
			return;
		}
		for (const command of this.#reader.push(bytes)) {
			if (command.kind === "real_time") {
				this.#obeyNow(command.name, command.value);
			} else {
				this.#buffer.push(command);
			}
		}
		this.#run();
	}

	set({ paperLines, cover, online, error, cutterJam }: Switches): void {
		if (paperLines !== undefined) {
			this.#paper.load(paperLines);
		}
		const { cover: wasCover, online: wasOnline, error: wasError, cutterJam: wasJam } = this.#switches;
		this.#switches = {
			cover: cover ?? wasCover,
			online: online ?? wasOnline,
			error: error ?? wasError,
			cutterJam: cutterJam ?? wasJam,
		};
		this.#afterChange();
	}

	loadPaper(): void {
		this.set({ paperLines: this.#parts.options.rollLines });
	}

	/** Everything that was not printed is lost, and so is the wish for automatic status. */
	powerOff(): void {
		this.#powered = false;
		this.#buffer = [];
		this.#statusMask = 0;
		this.#reader.reset();
		this.#typesetter.reset();
	}

	powerOn(): void {
		this.#powered = true;
	}

	get #condition(): Condition {
		const { cover, online, error } = this.#switches;
		const left = this.#paper.linesLeft;
		const nearEnd = left <= this.#parts.options.nearEndLines;
		return { cover, online, error, paper: left === 0 ? "end" : nearEnd ? "near_end" : "ok" };
	}

	#afterChange(): void {
		this.#reportChange();
		this.#run();
	}

	#reportChange(): void {
		const now = automaticStatus(this.#condition);
		const changed = now.some((byte, index) => byte !== this.#reported[index]);
		this.#reported = now;
		if (changed && this.#statusMask !== 0) {
			this.#parts.say(now);
		}
	}

	#run(): void {
		while (this.#powered && this.#linesOnTheWay === 0 && !isStopped(this.#condition)) {
			const next = this.#buffer[0];
			if (next === undefined || !this.#execute(next)) {
				return;
			}
			this.#buffer.shift();
		}
	}

	/** False when the command has to wait for better times. */
	#execute(command: Buffered): boolean {
		switch (command.kind) {
			case "text":
				this.#typesetter.text(command.byte);
				return true;
			case "complaint":
				this.#complain(command.rule);
				return true;
			case "command":
				return command.name === "cut" ? this.#cut() : this.#obey(command.name, command.parameters);
		}
	}

	#obey(name: CommandName, parameters: Parameters): boolean {
		const step = this.#steps[name];
		if (step === undefined) {
			this.#typesetter.apply(name, parameters);
		} else {
			step(parameters);
		}
		return true;
	}

	readonly #steps: Readonly<Partial<Record<CommandName, (parameters: Parameters) => void>>> = {
		initialize: () => this.#typesetter.reset(),
		automatic_status: ([mask = 0]) => {
			this.#statusMask = mask;
			if (mask !== 0) {
				this.#parts.say(automaticStatus(this.#condition));
			}
		},
		transmit_status: ([which = 0]) => this.#transmitStatus(which),
		identify: ([which = 0]) => this.#identify(which),
		function: (parameters) => this.#function(parameters),
		pulse: () => {
			this.#pulses += 1;
		},
	};

	/** GS r n, where n is a number or its digit: 1 paper, 2 drawer. */
	#transmitStatus(which: number): void {
		if (this.#parts.options.dialect !== "mute clone") {
			this.#parts.say(Uint8Array.of(which % 0x30 === 1 ? paperSensors(this.#condition) : 0x00));
		}
	}

	#identify(which: number): void {
		const text = identity(this.#parts.options.model).get(which);
		if (text !== undefined && this.#parts.options.dialect === "epson") {
			this.#parts.say(concatBytes(Uint8Array.of(0x5f), latin1(text), Uint8Array.of(0x00)));
		}
	}

	/** GS ( fn pL pH …: L prints a stored picture, H answers with the process id. */
	#function([letter, low = 0, high = 0, ...rest]: Parameters): void {
		const [, what] = rest;
		if (letter === 0x4c && what === 50) {
			this.#typesetter.printGraphics();
		} else if (letter === 0x48 && this.#parts.options.dialect === "epson") {
			this.#parts.say(Uint8Array.of(0x37, 0x22, ...rest.slice(2), 0x00));
		} else if (letter === 0x48) {
			// What a clone does not know it prints.
			[0x28, letter, low, high, ...rest].filter((byte) => byte >= 0x20).forEach((byte) => this.#typesetter.text(byte));
		} else {
			this.#complain(`unknown function of GS ( ${String.fromCharCode(letter ?? 0)}`);
		}
	}

	#cut(): boolean {
		if (this.#switches.cutterJam) {
			this.#switches = { ...this.#switches, error: "cutter" };
			this.#reportChange();
			return false;
		}
		this.#paper.cut();
		return true;
	}

	#obeyNow(name: "status" | "recover" | "pulse", value: number): void {
		switch (name) {
			case "status": {
				const answer = realTimeStatus(this.#condition, value);
				if (answer === undefined) {
					this.#complain(`DLE EOT ${value}`);
				} else {
					this.#parts.say(Uint8Array.of(answer));
				}
				break;
			}
			case "recover":
				this.#recover(value);
				break;
			case "pulse":
				this.#pulses += 1;
				break;
		}
	}

	/** DLE ENQ: 1 goes on where it stopped, 2 throws everything away first. Only a mended cutter or mechanism obeys. */
	#recover(how: number): void {
		const { error, cover } = this.#switches;
		if (cover === "open" || (error !== "cutter" && error !== "mechanical")) {
			return;
		}
		if (how === 2) {
			this.#buffer = [];
			this.#typesetter.reset();
		}
		this.set({ error: "none" });
	}

	#printLine(text: string, height: number): void {
		this.#paper.print(text, height);
		this.#reportChange();
		const { lineMs } = this.#parts.options;
		if (lineMs > 0) {
			this.#linesOnTheWay += 1;
			this.#parts.clock.after(lineMs * height, () => {
				this.#linesOnTheWay -= 1;
				this.#run();
			});
		}
	}

	#complain(rule: string): void {
		this.#complaints.push(rule);
	}
}
