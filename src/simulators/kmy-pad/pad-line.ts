import { pause } from "../../kernel/deadline.ts";
import { type Bytes, concatBytes } from "../../wire/bytes.ts";
import type { Decoder } from "../../wire/framing.ts";
import { fromHex, toHex } from "../../wire/hex.ts";
import { kmyFraming, kmyKeys } from "../../wire/kmy-framing.ts";
import { PacedBytes } from "../pin-pad/paced-bytes.ts";
import type { EchoedKey } from "../pin-pad/pin-entry.ts";
import type { Sightings } from "../pin-pad/sightings.ts";
import { run, shownData } from "./commands.ts";
import type { CommandFaults, FaultSwitches } from "./faults.ts";
import type { PadMemory } from "./pad-memory.ts";
import { type Outcome, statusOf } from "./status.ts";

interface LineParts {
	readonly pad: PadMemory;
	readonly faults: FaultSwitches;
	readonly sightings: Sightings;
	readonly write: (bytes: Bytes) => void;
	/** Makes the whole pad vanish. */
	readonly unplug: () => void;
}

/** One line into the pad: reads commands one after the other, answers them, and misbehaves where it is told to. */
export class PadLine {
	readonly #parts: LineParts;
	readonly #decoder: Decoder = kmyFraming.decoder();
	readonly #input: PacedBytes;
	readonly #output: PacedBytes;
	readonly #closed = new AbortController();
	#turn: Promise<void> = Promise.resolve();

	constructor(parts: LineParts) {
		const { clock, options } = parts.pad;
		this.#parts = parts;
		this.#input = new PacedBytes({ clock, baudRate: options.baudRate, deliver: (bytes) => this.#read(bytes) });
		this.#output = new PacedBytes({ clock, baudRate: options.baudRate, deliver: parts.write });
	}

	receive(bytes: Bytes): void {
		this.#parts.sightings.count("bytes in", bytes.length);
		this.#input.push(bytes);
	}

	/** Nothing is read, answered or sent any more. */
	close(): void {
		this.#closed.abort();
		this.#input.clear();
		this.#output.clear();
	}

	#read(bytes: Bytes): void {
		for (const frame of this.#decoder.push(bytes)) {
			switch (frame.kind) {
				case "data":
					this.#turn = this.#turn.then(() => this.#handle(frame.payload)).catch((thrown) => this.#giveUp(thrown));
					break;
				case "control":
					this.#parts.sightings.count("garbage");
					break;
				case "garbage":
					this.#parts.sightings.count("garbage", frame.bytes.length);
					break;
			}
		}
	}

	/** A closed line ends a turn early, which leaves nothing to report; everything else is a mistake in the simulator. */
	#giveUp(thrown: unknown): void {
		if (!this.#closed.signal.aborted) {
			throw thrown;
		}
	}

	async #handle(payload: Bytes): Promise<void> {
		this.#closed.signal.throwIfAborted();
		const { sightings, unplug } = this.#parts;
		const command = toHex(payload.subarray(0, 1));
		const data = payload.slice(1);
		const faults = this.#parts.faults.take(command);
		const shown = shownData(command, data);
		const sighting = { command, data: toHex(shown), hidden: data.length - shown.length };
		if (faults.has("ignore") || faults.has("unplug_before")) {
			sightings.saw(sighting);
			if (faults.has("unplug_before")) {
				unplug();
			}
			return;
		}
		const { answer, outcome } = this.#process(command, data, faults);
		sightings.saw({ ...sighting, status: toHex(answer.subarray(0, 1)) });
		if (faults.has("unplug_unanswered")) {
			unplug();
			return;
		}
		await this.#answer(answer, faults);
		if (outcome?.kind === "ok") {
			outcome.entry?.start((key) => this.#sendKey(key));
		}
		this.#unplugLater(faults);
	}

	/** Status and data of the answer; no outcome when a fault answers in the place of the pad. */
	#process(
		command: string,
		data: Bytes,
		faults: CommandFaults,
	): { readonly answer: Bytes; readonly outcome?: Outcome } {
		const forced = faults.get("status");
		if (forced !== undefined) {
			return { answer: fromHex(forced.value ?? "15") };
		}
		const { pad } = this.#parts;
		const outcome = run(pad, command, data);
		const status = statusOf(outcome.kind, { masterKeys: pad.keys.state, battery: pad.battery });
		const reply = outcome.kind === "ok" ? (outcome.data ?? new Uint8Array()) : new Uint8Array();
		return { answer: concatBytes(Uint8Array.of(status), reply), outcome };
	}

	async #answer(answer: Bytes, faults: CommandFaults): Promise<void> {
		const slow = faults.get("slow");
		if (slow !== undefined) {
			await pause(this.#parts.pad.clock, Number(slow.value ?? 1000), this.#closed.signal);
		}
		if (!faults.has("silent")) {
			this.#send(spoilt(kmyFraming.encode(answer), faults));
		}
	}

	#sendKey(key: EchoedKey): void {
		const { faults, pad, sightings } = this.#parts;
		sightings.count(key);
		if (!this.#closed.signal.aborted && !faults.takeKey(key)) {
			const name = key === "timedOut" && pad.options.quirks.timeoutKey === "00" ? "timedOutToo" : key;
			this.#send(Uint8Array.of(kmyKeys[name]));
		}
	}

	#send(bytes: Bytes): void {
		this.#parts.sightings.count("bytes out", bytes.length);
		this.#output.push(bytes);
	}

	#unplugLater(faults: CommandFaults): void {
		const fault = faults.get("unplug_after");
		if (fault !== undefined) {
			this.#parts.pad.clock.after(Number(fault.value ?? 50), this.#parts.unplug);
		}
	}
}

/** The frame of an answer as a broken pad or line delivers it. */
function spoilt(frame: Bytes, faults: CommandFaults): Bytes {
	const garbage = faults.get("garbage");
	const truncated = faults.get("truncated");
	const before = garbage === undefined ? new Uint8Array() : fromHex(garbage.value ?? "FF55AA");
	const length = truncated === undefined ? frame.length : Number(truncated.value ?? frame.length >> 1);
	return concatBytes(before, (faults.has("bad_bcc") ? withWrongCheck(frame) : frame).slice(0, length));
}

/** The lower hex digit of the check byte, the last but one character, becomes another hex digit. */
function withWrongCheck(frame: Bytes): Bytes {
	const zero = 0x30;
	return frame.map((byte, index) => (index === frame.length - 2 ? (byte === zero ? zero + 1 : zero) : byte));
}
