import type { KeyDelivery, KeyEvidence, KeyHolding, KeyLoad, KeyLoading, KeyPlace } from "../../devices/key-loading.ts";
import type { KeySlot } from "../../devices/pin-pad.ts";
import type { Turn } from "../../devices/session.ts";
import { Fault } from "../../kernel/fault.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { fromHex } from "../../wire/hex.ts";
import { type Command, commands } from "./commands.ts";
import { readIdentity } from "./identity.ts";
import { type Answer, mustBeAccepted } from "./link.ts";
import type { KmyOptions } from "./options.ts";

/** What key loading needs of the pad it belongs to. */
interface PadTalk {
	readonly options: KmyOptions;
	readonly converse: <T>(work: (turn: Turn) => Promise<T>, signal: AbortSignal | undefined) => Promise<T>;
	/** Whatever the pad answers, accepted or refused. */
	readonly ask: (turn: Turn, command: Command) => Promise<Answer>;
	/** The key that was active may be another one now. */
	readonly forgetActiveKey: () => void;
}

/** Fewer bytes of a check value prove too little; more of an enciphered zero block need not be shown. */
const leastCheckValue = 3;
const mostCheckValue = 4;

/**
 * What stands for a working key when a master key is proved: its halves differ, since a pad may refuse a key of equal
 * halves. Deciphered it is a key that nobody chose.
 */
const proofCryptogram = fromHex("00000000000000001111111111111111");

/**
 * Keys of a KMY350x or SZZT ZT C70/C90: 32 stores master keys, 33 working keys, and both can answer with a check value.
 * The family cannot show the check value of a master key it holds; it is proved by loading a working key under it.
 */
export class KmyKeyLoading implements KeyLoading {
	readonly #pad: PadTalk;

	constructor(pad: PadTalk) {
		this.#pad = pad;
	}

	readSerialNumber(signal?: AbortSignal): Promise<string> {
		return this.#pad.converse(async (turn) => {
			const identity = readIdentity(await this.#do(turn, commands.identify));
			if (identity === undefined) {
				throw new Fault("E_FAILURE", {
					detail: "The pad does not tell its serial number",
					extended: "no_serial_number",
				});
			}
			return identity.serialNumber;
		}, signal);
	}

	formsFor(place: KeyPlace, cipher: "TDES" | "AES"): readonly KeyDelivery["form"][] {
		const { masterSlots, masterKeys } = this.#pad.options;
		if (cipher === "AES") {
			return [];
		}
		switch (place.kind) {
			case "master":
				return place.slot < masterSlots && masterKeys === "tdes" ? ["clear", "enciphered"] : [];
			case "working":
				return place.master < masterSlots && this.#isWorkingSlot(place.slot) ? ["enciphered"] : [];
			case "transport":
			case "initial":
				return [];
		}
	}

	loadKey({ place, delivery }: KeyLoad, signal?: AbortSignal): Promise<KeyEvidence> {
		const load = this.#loadOf(place, delivery);
		return this.#pad.converse(async (turn) => {
			this.#pad.forgetActiveKey();
			await this.#do(turn, commands.showCheckValues);
			if (load.activate !== undefined) {
				await this.#do(turn, commands.activateKey(load.activate));
			}
			const value = await this.#do(turn, load.command);
			return value.length >= leastCheckValue ? checkValue(value) : this.#prove(turn, place);
		}, signal);
	}

	proveKey(place: KeyPlace, signal?: AbortSignal): Promise<KeyEvidence> {
		return this.#pad.converse((turn) => this.#prove(turn, place), signal);
	}

	survey(signal?: AbortSignal): Promise<readonly KeyHolding[]> {
		return this.#pad.converse(async (turn) => {
			const holdings: KeyHolding[] = [];
			for (let slot = 0; slot < this.#pad.options.masterSlots; slot++) {
				const place = { kind: "master", slot } as const;
				const evidence = await this.#prove(turn, place);
				if (evidence.kind !== "none") {
					holdings.push({ place, evidence });
				}
			}
			return holdings;
		}, signal);
	}

	#isWorkingSlot(slot: number): boolean {
		return slot < 0x40 && slot !== this.#pad.options.proofSlot;
	}

	#loadOf(place: KeyPlace, delivery: KeyDelivery): { readonly command: Command; readonly activate?: KeySlot } {
		if (place.kind === "master" && delivery.form === "clear") {
			return { command: commands.loadMasterKey(place.slot, delivery.key) };
		}
		if (delivery.form === "enciphered") {
			const { under, cryptogram } = delivery;
			if (place.kind === "master" && under.kind === "working") {
				return { command: commands.loadEncipheredMasterKey(place.slot, cryptogram), activate: under };
			}
			if (place.kind === "working" && under.kind === "master" && under.slot === place.master) {
				return { command: commands.loadWorkingKey(place, cryptogram) };
			}
		}
		throw new Fault("E_ILLEGAL", { detail: "The pad cannot take a key into this place in this form" });
	}

	#prove(turn: Turn, place: KeyPlace): Promise<KeyEvidence> {
		switch (place.kind) {
			case "master":
				return this.#proveMasterKey(turn, place.slot);
			case "working":
				return this.#proveWorkingKey(turn, place);
			case "transport":
			case "initial":
				return Promise.resolve({ kind: "none" });
		}
	}

	async #proveMasterKey(turn: Turn, master: number): Promise<KeyEvidence> {
		this.#pad.forgetActiveKey();
		const at = { master, slot: this.#pad.options.proofSlot };
		const value = await this.#tryOut(turn, commands.loadWorkingKey(at, proofCryptogram));
		if (value === undefined) {
			return { kind: "none" };
		}
		return value.length >= leastCheckValue
			? { kind: "child_check_value", cryptogram: proofCryptogram.slice(), value: value.slice(0, mostCheckValue) }
			: { kind: "held" };
	}

	async #proveWorkingKey(turn: Turn, at: KeySlot): Promise<KeyEvidence> {
		this.#pad.forgetActiveKey();
		await this.#do(turn, commands.dataMode);
		if ((await this.#tryOut(turn, commands.activateKey(at))) === undefined) {
			return { kind: "none" };
		}
		return checkValue(await this.#do(turn, commands.encryptZeros));
	}

	/** The data of the answer, or nothing when the pad says that the key is not there. */
	async #tryOut(turn: Turn, command: Command): Promise<Bytes | undefined> {
		const { status, data } = await this.#pad.ask(turn, command);
		if (status.name === "parameter" || status.name === "keys_lost") {
			return undefined;
		}
		mustBeAccepted(command, status);
		return data;
	}

	async #do(turn: Turn, command: Command): Promise<Bytes> {
		const { status, data } = await this.#pad.ask(turn, command);
		mustBeAccepted(command, status);
		return data;
	}
}

function checkValue(value: Bytes): KeyEvidence {
	return { kind: "check_value", method: "ecb-zeros", value: value.slice(0, mostCheckValue) };
}
