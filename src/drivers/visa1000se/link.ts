import type { DriverLine } from "../../devices/driver.ts";
import type { Turn } from "../../devices/session.ts";
import type { Clock } from "../../kernel/clock.ts";
import { pause } from "../../kernel/deadline.ts";
import { Fault, type FaultContext, isFault } from "../../kernel/fault.ts";
import { type Bytes, fromLatin1 } from "../../wire/bytes.ts";
import type { Frame } from "../../wire/framing.ts";
import { visaControls } from "../../wire/visa-framing.ts";
import type { Packet } from "./packet.ts";

interface PadPacket {
	readonly kind: "packet";
	/** Start mark and text. */
	readonly payload: Bytes;
	readonly text: string;
}

/** What came from the pad: a packet, or EOT, the end of the exchange. */
export type Reply = PadPacket | { readonly kind: "ended" };

/** What became of a packet: acknowledged, or already answered. */
type Delivery = Reply | { readonly kind: "taken" };

interface LinkOptions {
	readonly line: DriverLine;
	readonly clock: Clock;
	readonly acknowledgeMs: number;
	readonly replyMs: number;
	readonly closingMs: number;
}

interface Waiting {
	readonly ms: number;
	readonly signal?: AbortSignal | undefined;
}

/** Sendings of one packet, and damaged readings of one reply: the third refusal ends the exchange. */
const maxTries = 3;
/** Noise may come before the real thing: so long it is waited for, and that long the pad is given to fall silent. */
const settleMs = 300;
/** Ample for one byte at 1200 baud. */
const oneByteMs = 50;

/**
 * The link procedure: who receives a packet answers ACK or NAK, and after the third NAK the exchange ends with EOT.
 * A pad that stays silent, or does not come through, loses its line and is opened anew, since a late answer would be
 * taken for the answer to something else.
 */
export class VisaLink {
	readonly line: DriverLine;
	readonly #options: LinkOptions;

	constructor(options: LinkOptions) {
		this.line = options.line;
		this.#options = options;
	}

	/**
	 * One whole exchange: the packet, its reply if it has one, acknowledged, and the closing EOT.
	 * @throws Fault `E_TIMEOUT` (silence), `E_FAILURE` with `extended` `damaged_packet` or `damaged_answer`, or why the line was lost
	 */
	async ask(turn: Turn, packet: Packet): Promise<Reply> {
		const delivery = await this.deliver(turn, packet);
		if (delivery.kind === "taken" && packet.replies.length === 0) {
			await this.#readEot(turn, packet);
			return { kind: "ended" };
		}
		const reply = delivery.kind === "taken" ? await this.replyTo(turn, packet) : delivery;
		if (reply.kind === "packet") {
			await this.conclude(turn, packet);
		}
		return reply;
	}

	/** As `ask`, for a packet that some pads reply to and others only acknowledge. */
	async askIfAnswered(turn: Turn, packet: Packet): Promise<PadPacket | undefined> {
		const delivery = await this.deliver(turn, packet);
		const reply = delivery.kind === "taken" ? await this.#replyWithin(turn, packet, this.#options.closingMs) : delivery;
		if (reply?.kind !== "packet") {
			return undefined;
		}
		await this.conclude(turn, packet);
		return reply;
	}

	/** Sends a packet until the pad has taken it. `ended`: the pad wants none of it. */
	async deliver(turn: Turn, packet: Packet): Promise<Delivery> {
		for (let sending = 1; ; sending += 1) {
			await turn.send(packet.payload);
			const answer = await this.#acknowledgement(turn, packet);
			if (typeof answer !== "string") {
				return answer;
			}
			if (answer === "damaged" && sending === maxTries) {
				throw await this.#damaged(turn, packet, "packet");
			}
			if (answer === "silence" && (!packet.repeatable || sending === maxTries)) {
				throw this.giveUp(silence(packet, "acknowledgement", { sendings: sending }));
			}
		}
	}

	/**
	 * Waits for the reply to a delivered packet and does not acknowledge it yet; asks for a damaged one again.
	 * @throws Fault `E_TIMEOUT` after `ms` without giving the line up, `E_FAILURE` `damaged_answer`, the abort reason
	 */
	async receive(turn: Turn, packet: Packet, { ms, signal }: Waiting): Promise<Reply> {
		const latest = this.#now + ms;
		for (let damaged = 0; ; ) {
			const frame = await this.#next(turn, packet, { ms: Math.max(0, latest - this.#now), signal });
			if (frame === undefined) {
				throw silence(packet, "reply", {});
			}
			const reply = await this.#read(turn, packet, frame);
			if (reply !== undefined) {
				return reply;
			}
			if (frame.kind === "garbage") {
				const behind = await this.#behindDamage(turn, packet, signal);
				if (behind !== undefined) {
					return behind;
				}
				damaged += 1;
				if (damaged === maxTries) {
					throw await this.#damaged(turn, packet, "answer");
				}
				await turn.sendControl(visaControls.nak);
			}
		}
	}

	/** Waits for the reply to a delivered packet; a pad that gives none loses its line. */
	async replyTo(turn: Turn, packet: Packet): Promise<Reply> {
		const reply = await this.#replyWithin(turn, packet, this.#options.replyMs);
		if (reply === undefined) {
			await this.#abandonForGood(turn);
			throw this.giveUp(silence(packet, "reply", {}));
		}
		return reply;
	}

	/** Acknowledges a reply and reads the EOT that may follow. @returns whether the pad has ended the exchange itself */
	async conclude(turn: Turn, packet: Packet): Promise<boolean> {
		await turn.sendControl(visaControls.ack);
		return this.#readEot(turn, packet);
	}

	/** Ends the exchange without a word why. */
	async abandon(turn: Turn): Promise<void> {
		await turn.sendControl(visaControls.eot);
	}

	/** Gives the line up with this fault. */
	giveUp(fault: Fault): Fault {
		this.line.giveUp(fault);
		return fault;
	}

	get #now(): number {
		return this.#options.clock.monotonicMs();
	}

	async #replyWithin(turn: Turn, packet: Packet, ms: number): Promise<Reply | undefined> {
		try {
			return await this.receive(turn, packet, { ms });
		} catch (error) {
			if (isFault(error, "E_TIMEOUT") && !this.line.lost.aborted) {
				return undefined;
			}
			throw error;
		}
	}

	/** An EOT before the acknowledgement is mostly left over from the exchange before; alone, it is the answer. */
	async #acknowledgement(turn: Turn, packet: Packet): Promise<Delivery | "damaged" | "silence"> {
		const latest = this.#now + this.#options.acknowledgeMs;
		let ended = false;
		for (;;) {
			const left = Math.max(0, latest - this.#now);
			const frame = await this.#next(turn, packet, { ms: ended ? Math.min(settleMs, left) : left });
			if (frame === undefined) {
				return ended ? { kind: "ended" } : "silence";
			}
			if (frame.kind === "control" && frame.byte === visaControls.eot) {
				ended = true;
			} else if (frame.kind === "control") {
				return frame.byte === visaControls.ack ? { kind: "taken" } : "damaged";
			} else {
				// The reply itself says that the packet was taken, should its acknowledgement have got lost.
				const reply = await this.#read(turn, packet, frame);
				if (reply !== undefined) {
					return reply;
				}
			}
		}
	}

	/** The reply that comes right behind a damaged piece, before the pad falls silent. */
	async #behindDamage(turn: Turn, packet: Packet, signal: AbortSignal | undefined): Promise<Reply | undefined> {
		for (;;) {
			const frame = await this.#next(turn, packet, { ms: settleMs, signal });
			const reply = frame === undefined ? undefined : await this.#read(turn, packet, frame);
			if (frame === undefined || reply !== undefined) {
				return reply;
			}
		}
	}

	/** What a frame says as a reply. A packet that answers something else is acknowledged, or the pad would repeat it. */
	async #read(turn: Turn, packet: Packet, frame: Frame): Promise<Reply | undefined> {
		if (frame.kind === "control") {
			return frame.byte === visaControls.eot ? { kind: "ended" } : undefined;
		}
		if (frame.kind === "garbage") {
			return undefined;
		}
		const text = fromLatin1(frame.payload.subarray(1));
		if (packet.replies.some((id) => text.startsWith(id))) {
			return { kind: "packet", payload: frame.payload, text };
		}
		await turn.sendControl(visaControls.ack);
		return undefined;
	}

	/** Reads the EOT that ends an administration exchange. Some pads leave it out; a late one is passed over later. */
	async #readEot(turn: Turn, packet: Packet): Promise<boolean> {
		if (!packet.endsWithEot) {
			return false;
		}
		const latest = this.#now + this.#options.closingMs;
		for (;;) {
			const frame = await this.#next(turn, packet, { ms: Math.max(0, latest - this.#now) });
			if (frame === undefined) {
				return false;
			}
			if (frame.kind === "control" && frame.byte === visaControls.eot) {
				return true;
			}
			if (frame.kind === "data") {
				await turn.sendControl(visaControls.ack);
			}
		}
	}

	/** The next frame, or nothing when the time is up. */
	async #next(turn: Turn, { name }: Packet, { ms, signal }: Waiting): Promise<Frame | undefined> {
		try {
			return await turn.next({ name: `answer to ${name}`, ms, signal, code: "E_TIMEOUT" });
		} catch (error) {
			if (this.line.lost.aborted || signal?.aborted === true || !isFault(error, "E_TIMEOUT")) {
				throw error;
			}
			return undefined;
		}
	}

	/** A port that closes throws away what has not left it yet: the EOT gets its time. */
	async #abandonForGood(turn: Turn): Promise<void> {
		await this.abandon(turn);
		await pause(this.#options.clock, oneByteMs, this.line.lost);
	}

	async #damaged(turn: Turn, packet: Packet, what: "packet" | "answer"): Promise<Fault> {
		await this.#abandonForGood(turn);
		return this.giveUp(
			new Fault("E_FAILURE", {
				detail: `${packet.name}: the ${what} arrives damaged; check cable, speed and data bits of ${this.line.label}`,
				extended: `damaged_${what}`,
				context: { packet: packet.name, tries: maxTries },
			}),
		);
	}
}

function silence({ name }: Packet, what: string, context: FaultContext): Fault {
	return new Fault("E_TIMEOUT", {
		detail: `${name}: no ${what} from the pad`,
		context: { packet: name, ...context },
	});
}
