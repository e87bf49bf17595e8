import type { KeyLoading } from "../../devices/key-loading.ts";
import type {
	KeySlot,
	MacRequest,
	PinEntryRequest,
	PinEntryResult,
	PinPad,
	PinPadHealth,
	PinPadIdentity,
	WorkingKeyLoad,
} from "../../devices/pin-pad.ts";
import type { Session } from "../../devices/session.ts";
import type { Clock } from "../../kernel/clock.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { toHex } from "../../wire/hex.ts";
import { askSerialNumber } from "./identity.ts";
import { type Converse, VisaKeyLoading } from "./key-loading.ts";
import { masterSlots } from "./key-packets.ts";
import { holdsKey, type PadInTurn } from "./key-slots.ts";
import type { VisaLink } from "./link.ts";
import { type CarriedKey, computeVisaMac, encipherBlock } from "./mac.ts";
import type { VisaOptions } from "./options.ts";
import { packets } from "./packets.ts";
import { panOf } from "./pan.ts";
import { takePin } from "./pin-entry.ts";
import { bringsItsPrompt, pinPacket } from "./pin-packets.ts";
import { malformed, pinRefusals, refusal } from "./refusals.ts";

interface PadParts {
	readonly session: Session;
	readonly link: VisaLink;
	readonly clock: Clock;
	readonly options: VisaOptions;
	readonly identity: PinPadIdentity;
}

/** Bytes shown of a check value. */
const checkValueLength = 4;
/** Single and double length. */
const carriedLengths: readonly number[] = [8, 16];

/**
 * A pad that speaks VISA / VeriFone 1000SE packets. Working keys are not stored in it: they come along, enciphered under
 * its master key, with every PIN entry and MAC, and are forgotten when the pad is opened anew.
 */
export class VisaPad implements PinPad {
	readonly category = "PinPad";
	readonly identity: PinPadIdentity;
	readonly keyLoading: KeyLoading;
	readonly #parts: PadParts;
	readonly #workingKeys = new Map<string, CarriedKey>();
	#lastMaster: number | undefined;
	/** The family has no word about batteries. */
	#health: PinPadHealth = { masterKeys: "held", battery: "good" };

	constructor(parts: PadParts) {
		this.#parts = parts;
		this.identity = parts.identity;
		const converse: Converse = (work, signal) => this.#converse(work, signal);
		this.keyLoading = new VisaKeyLoading({ options: parts.options, converse });
	}

	get health(): PinPadHealth {
		return this.#health;
	}

	async checkHealth(signal?: AbortSignal): Promise<PinPadHealth> {
		// A pad that is busy with a cardholder is well enough; asking it would end the entry.
		if (!this.#parts.session.busy) {
			await this.#converse(async (pad) => {
				if (this.#lastMaster === undefined) {
					await askSerialNumber(pad.turn, pad.link);
				} else {
					await this.#checkMaster(pad, this.#lastMaster);
				}
			}, signal);
		}
		return this.#health;
	}

	/** The check value is computed by the pad as a MAC: the family has no other way to show that it can use the key. */
	async updateKey({ at, cryptogram }: WorkingKeyLoad, signal?: AbortSignal): Promise<Bytes> {
		const key = { master: at.master, cryptogram: cryptogram.slice() };
		this.#requireCarried(key);
		return this.#converse(async (pad) => {
			this.#workingKeys.delete(nameOf(at));
			await this.#requireMaster(pad, at.master);
			const checkValue = await encipherBlock(pad.turn, pad.link, key, new Uint8Array(8));
			this.#workingKeys.set(nameOf(at), key);
			return checkValue.slice(0, checkValueLength);
		}, signal);
	}

	async enterPin(request: PinEntryRequest, signal?: AbortSignal): Promise<PinEntryResult> {
		const { options } = this.#parts;
		const key = options.keyManagement === "dukpt" ? undefined : this.#workingKey(request.at);
		const packet = pinPacket(options, {
			...request,
			pan: panOf(request.panDigits),
			workingKey: key && toHex(key.cryptogram),
			amount: request.amount,
		});
		return this.#converse(async (pad) => {
			const { link, clock } = this.#parts;
			if (key !== undefined) {
				await this.#selectMaster(pad, key.master);
			}
			signal?.throwIfAborted();
			try {
				if (!bringsItsPrompt(options)) {
					await showPrompt(pad);
				}
				const entry = { link, clock, packet, refusals: pinRefusals(options), request, signal };
				return await takePin(pad.turn, entry);
			} finally {
				if (!link.line.lost.aborted) {
					await link.ask(pad.turn, packets.idle);
				}
			}
		}, signal);
	}

	async computeMac({ algorithm, at, data }: MacRequest, signal?: AbortSignal): Promise<Bytes> {
		const key = this.#workingKey(at);
		return this.#converse((pad) => computeVisaMac(pad, key, { algorithm, data }), signal);
	}

	/**
	 * Puts a text on the display (Z2): printable ASCII, at most 32 characters.
	 * @throws Fault `E_ILLEGAL` for another text
	 */
	async showText(text: string, signal?: AbortSignal): Promise<void> {
		if (!/^[\x20-\x7e]{1,32}$/.test(text)) {
			throw new Fault("E_ILLEGAL", { detail: "The display takes 1 to 32 printable ASCII characters" });
		}
		await this.#converse(({ turn, link }) => link.ask(turn, packets.showText(text)), signal);
	}

	/** Puts the pad's own idle text back (Z1). */
	async showIdle(signal?: AbortSignal): Promise<void> {
		await this.#converse(({ turn, link }) => link.ask(turn, packets.idle), signal);
	}

	/**
	 * Runs one of the built-in tests, `00` to `10`, and gives the pad's own words about it.
	 * @throws Fault `E_ILLEGAL` for UIC's dialect, where packet 14 means something else
	 */
	async diagnose(test: string, signal?: AbortSignal): Promise<string> {
		if (this.#parts.options.dialect !== "verifone" || !/^(0\d|10)$/.test(test)) {
			throw new Fault("E_ILLEGAL", { detail: "Built-in tests are 00 to 10, on VeriFone's pads" });
		}
		return this.#converse(async ({ turn, link }) => {
			const reply = await link.ask(turn, packets.diagnose(test));
			return reply.kind === "packet" ? reply.text.slice(2).trim() : "";
		}, signal);
	}

	/** Choosing an empty slot is not refused by the pad (08): 04 says whether there is a key. */
	async #selectMaster(pad: PadInTurn, master: number): Promise<void> {
		await this.#requireMaster(pad, master);
		const packet = packets.selectMasterKey(String(master));
		const reply = await pad.link.ask(pad.turn, packet);
		if (reply.kind === "packet" && reply.text !== "080") {
			throw reply.text === "081" ? refusal(packet.name, "session", "1") : malformed(packet.name);
		}
	}

	async #requireMaster(pad: PadInTurn, master: number): Promise<void> {
		if (!(await this.#checkMaster(pad, master))) {
			throw new Fault("keys_lost", {
				detail: `There is no key in master key slot ${master} of the pad`,
				context: { slot: master },
			});
		}
	}

	async #checkMaster(pad: PadInTurn, master: number): Promise<boolean> {
		const held = await holdsKey(pad, String(master));
		this.#lastMaster = master;
		this.#health = { ...this.#health, masterKeys: held ? "held" : "lost" };
		return held;
	}

	#requireCarried({ master, cryptogram }: CarriedKey): void {
		if (this.#parts.options.keyManagement === "dukpt") {
			throw new Fault("E_ILLEGAL", { detail: "The pad is set to DUKPT: it takes no working keys" });
		}
		if (master >= masterSlots || !carriedLengths.includes(cryptogram.length)) {
			throw new Fault("E_ILLEGAL", {
				detail: "The pad takes working keys of 8 or 16 bytes under master keys 0 to 9",
				context: { master, bytes: cryptogram.length },
			});
		}
	}

	#workingKey(at: KeySlot): CarriedKey {
		const key = this.#workingKeys.get(nameOf(at));
		if (key === undefined) {
			throw new Fault("keys_missing", { context: { master: at.master, slot: at.slot } });
		}
		return key;
	}

	#converse<T>(work: (pad: PadInTurn) => Promise<T>, signal: AbortSignal | undefined): Promise<T> {
		const { session, link, options } = this.#parts;
		return session.converse((turn) => work({ turn, link, options }), signal);
	}
}

/** A prompt of the pad's own table is answered by some pads and only acknowledged by others. */
async function showPrompt({ turn, link, options }: PadInTurn): Promise<void> {
	const { pinPrompt } = options;
	if (!pinPrompt.startsWith("#")) {
		await link.ask(turn, packets.showText(pinPrompt));
		return;
	}
	const packet = packets.showTablePrompt(pinPrompt.slice(1));
	const reply = await link.askIfAnswered(turn, packet);
	if (reply !== undefined && reply.text !== "Z20") {
		throw new Fault("E_FAILURE", {
			detail: `The pad has no PIN prompt ${pinPrompt}: see the driver's \`pinPrompt\``,
			extended: "prompt_unknown",
		});
	}
}

function nameOf({ master, slot }: KeySlot): string {
	return `${master}/${slot}`;
}
