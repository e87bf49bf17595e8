import type { Timer } from "../../kernel/clock.ts";
import { pause } from "../../kernel/deadline.ts";
import { type Bytes, fromLatin1, latin1 } from "../../wire/bytes.ts";
import type { Decoder } from "../../wire/framing.ts";
import { fromHex } from "../../wire/hex.ts";
import { visaControls, visaFraming, visaMarks } from "../../wire/visa-framing.ts";
import { PacedBytes } from "../pin-pad/paced-bytes.ts";
import type { Sightings } from "../pin-pad/sightings.ts";
import { packetOf, run, type SeenPacket } from "./commands.ts";
import type { FaultSwitches, PacketFaults } from "./faults.ts";
import type { Outcome } from "./outcome.ts";
import type { PadMemory } from "./pad-memory.ts";
import { Sender } from "./sender.ts";
import { spoiltFrame, withEvenParity } from "./spoilt.ts";

interface LineParts {
	readonly pad: PadMemory;
	readonly faults: FaultSwitches;
	readonly sightings: Sightings;
	readonly write: (bytes: Bytes) => void;
	/** Makes the whole pad vanish. */
	readonly unplug: () => void;
}

/** The longest silence inside a frame. */
const frameGapMs = 300;
/** The third damaged packet in a row is answered with EOT. */
const mostNaks = 2;

/** One line into the pad: the link procedure, and its misbehaviour where it is told to. */
export class PadLine {
	readonly #parts: LineParts;
	readonly #decoder: Decoder = visaFraming.decoder();
	readonly #input: PacedBytes;
	readonly #output: PacedBytes;
	readonly #sender: Sender;
	readonly #closed = new AbortController();
	#turn: Promise<void> = Promise.resolve();
	#naks = 0;
	#frameGap: Timer | undefined;

	constructor(parts: LineParts) {
		const { clock, options } = parts.pad;
		const { baudRate, quirks } = options;
		this.#parts = parts;
		this.#input = new PacedBytes({ clock, baudRate, deliver: (bytes) => this.#read(bytes) });
		const deliver = (bytes: Bytes): void => {
			parts.sightings.count("bytes out", bytes.length);
			parts.write(quirks.showsParity ? bytes.map(withEvenParity) : bytes);
		};
		this.#output = new PacedBytes({ clock, baudRate, deliver });
		this.#sender = new Sender({ clock, write: (bytes) => this.#output.push(bytes) });
	}

	receive(bytes: Bytes): void {
		this.#parts.sightings.count("bytes in", bytes.length);
		this.#input.push(bytes);
	}

	/** Nothing is read, answered or sent any more. */
	close(): void {
		this.#closed.abort();
		this.#frameGap?.cancel();
		this.#sender.forget();
		this.#input.clear();
		this.#output.clear();
	}

	#read(bytes: Bytes): void {
		this.#frameGap?.cancel();
		for (const frame of this.#decoder.push(bytes)) {
			switch (frame.kind) {
				case "data":
					this.#turn = this.#turn.then(() => this.#handle(frame.payload)).catch((thrown) => this.#giveUp(thrown));
					break;
				case "control":
					this.#parts.sightings.count(controlNames.get(frame.byte) ?? "control");
					this.#sender.heard(frame.byte);
					break;
				case "garbage":
					this.#parts.sightings.count("garbage", frame.bytes.length);
					if (frame.reason !== "no_start") {
						this.#refuseDamaged();
					}
					break;
			}
		}
		this.#frameGap = this.#parts.pad.clock.after(frameGapMs, () => {
			if (this.#decoder.reset() > 0) {
				this.#refuseDamaged();
			}
		});
	}

	/** A closed line ends a turn early, which leaves nothing to report; everything else is a mistake in the simulator. */
	#giveUp(thrown: unknown): void {
		if (!this.#closed.signal.aborted) {
			throw thrown;
		}
	}

	#refuseDamaged(): void {
		this.#naks = this.#naks < mostNaks ? this.#naks + 1 : 0;
		this.#control(this.#naks === 0 ? "eot" : "nak");
	}

	async #handle(payload: Bytes): Promise<void> {
		this.#closed.signal.throwIfAborted();
		const { pad, sightings, unplug } = this.#parts;
		const packet = packetOf(payload[0] ?? 0, fromLatin1(payload.subarray(1)));
		const faults = this.#parts.faults.take(packet.id);
		const sighting = { command: packet.id, data: packet.shown, hidden: packet.data.length - packet.shown.length };
		this.#naks = 0;
		if (faults.has("ignore") || faults.has("nak") || faults.has("unplug_before")) {
			sightings.saw(sighting);
			this.#refuse(faults);
			return;
		}
		this.#sender.forget();
		pad.finish = (outcome) => {
			sightings.count(`${packet.id} ${outcome.kind}`);
			this.#send(packet, outcome, faults);
		};
		const forced = faults.get("reply")?.value;
		const outcome: Outcome = forced === undefined ? run(pad, packet) : { kind: "reply", text: forced };
		sightings.saw({ ...sighting, status: statusOf(outcome) });
		if (faults.has("unplug_unanswered")) {
			unplug();
			return;
		}
		await this.#answer(packet, outcome, faults);
	}

	#refuse(faults: PacketFaults): void {
		if (faults.has("unplug_before")) {
			this.#parts.unplug();
		} else if (faults.has("nak")) {
			this.#control("nak");
		}
	}

	async #answer(packet: SeenPacket, outcome: Outcome, faults: PacketFaults): Promise<void> {
		if (outcome.kind === "ignored") {
			return;
		}
		this.#sendBeforehand(faults);
		if (!faults.has("no_ack")) {
			this.#control(outcome.kind === "cut_off" ? "eot" : "ack");
		}
		const slow = faults.get("slow");
		if (slow !== undefined) {
			await pause(this.#parts.pad.clock, Number(slow.value ?? 1000), this.#closed.signal);
		}
		this.#send(packet, outcome, faults);
		const unplugAfter = faults.get("unplug_after");
		if (unplugAfter !== undefined) {
			this.#parts.pad.clock.after(Number(unplugAfter.value ?? 50), this.#parts.unplug);
		}
	}

	/** What arrives before the acknowledgement and does not belong to it. */
	#sendBeforehand(faults: PacketFaults): void {
		const noise = faults.get("garbage");
		if (noise !== undefined) {
			this.#output.push(fromHex(noise.value ?? "7F2055"));
		}
		const old = faults.get("old_reply");
		if (old !== undefined) {
			this.#output.push(visaFraming.encode(latin1(`\x02${old.value ?? "71.00001"}`)));
		}
		if (faults.has("stray_eot")) {
			this.#control("eot");
		}
	}

	#send({ isAdmin }: SeenPacket, outcome: Outcome, faults: PacketFaults): void {
		const close = (): void => this.#control(faults.has("no_eot") || faults.has("silent") ? undefined : "eot");
		if (outcome.kind === "ended") {
			close();
		}
		if (outcome.kind !== "reply" || faults.has("silent") || this.#closed.signal.aborted) {
			return;
		}
		const mark = isAdmin ? visaMarks.si : visaMarks.stx;
		const frame = visaFraming.encode(latin1(String.fromCharCode(mark) + outcome.text));
		if (faults.has("unplug_within")) {
			this.#output.push(frame.slice(0, frame.length >> 1));
			this.#parts.pad.clock.after(0, this.#parts.unplug);
			return;
		}
		this.#sender.send({
			first: spoiltFrame(frame, faults),
			again: faults.get("bad_lrc")?.count === "always" ? spoiltFrame(frame, faults) : frame,
			whenAcknowledged() {
				outcome.whenAcknowledged?.();
				if (isAdmin) {
					close();
				}
			},
		});
	}

	#control(name: keyof typeof visaControls | undefined): void {
		if (name !== undefined && !this.#closed.signal.aborted) {
			this.#output.push(Uint8Array.of(visaControls[name]));
		}
	}
}

const controlNames = new Map<number, string>(Object.entries(visaControls).map(([name, byte]) => [byte, name]));

/** How a packet was answered, without what is secret in it. */
function statusOf(outcome: Outcome): string {
	const shown = 4;
	return outcome.kind === "reply" ? outcome.text.slice(0, shown) : outcome.kind;
}
