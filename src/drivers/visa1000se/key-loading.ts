import type { KeyDelivery, KeyEvidence, KeyHolding, KeyLoad, KeyLoading, KeyPlace } from "../../devices/key-loading.ts";
import { Fault } from "../../kernel/fault.ts";
import { askSerialNumber } from "./identity.ts";
import { formsFor, masterSlots } from "./key-packets.ts";
import { evidenceOf, type PadInTurn, type SlotPlace, storeInitialKey, storeInSlot } from "./key-slots.ts";
import type { VisaOptions } from "./options.ts";

/** Runs one conversation with the pad. */
export type Converse = <T>(work: (pad: PadInTurn) => Promise<T>, signal: AbortSignal | undefined) => Promise<T>;

interface KeyLoadingParts {
	readonly options: VisaOptions;
	readonly converse: Converse;
}

/** All places that 04 can ask about. */
const slotPlaces: readonly SlotPlace[] = [
	{ kind: "transport" },
	...Array.from({ length: masterSlots }, (_, slot): SlotPlace => ({ kind: "master", slot })),
];

/**
 * Keys of a pad that speaks VISA / VeriFone 1000SE packets: 02 with its echo for master keys and for the key that key
 * blocks come under, 90 and 94 for DUKPT initial keys. The family shows no check values: a master key is proved by a
 * MAC under a working key; of the others it can only be told that they are held.
 */
export class VisaKeyLoading implements KeyLoading {
	readonly #parts: KeyLoadingParts;
	/** DUKPT engines that took a key since the pad was opened: no packet asks for that. */
	readonly #loadedEngines = new Set<number>();

	constructor(parts: KeyLoadingParts) {
		this.#parts = parts;
	}

	readSerialNumber(signal?: AbortSignal): Promise<string> {
		return this.#parts.converse(({ turn, link }) => askSerialNumber(turn, link), signal);
	}

	formsFor(place: KeyPlace, cipher: "TDES" | "AES"): readonly KeyDelivery["form"][] {
		return cipher === "TDES" ? formsFor(this.#parts.options, place) : [];
	}

	async loadKey(load: KeyLoad, signal?: AbortSignal): Promise<KeyEvidence> {
		const { place, delivery } = load;
		if (place.kind === "working" || !formsFor(this.#parts.options, place).includes(delivery.form)) {
			throw new Fault("E_ILLEGAL", {
				detail: "The pad takes no key of this form at this place: see the driver's `dialect` and `experimental`",
				context: { place: place.kind, form: delivery.form },
			});
		}
		if (place.kind !== "initial") {
			return this.#parts.converse((pad) => storeInSlot(pad, place, delivery), signal);
		}
		await this.#parts.converse((pad) => storeInitialKey(pad, place.engine, load), signal);
		this.#loadedEngines.add(place.engine);
		return { kind: "held" };
	}

	async proveKey(place: KeyPlace, signal?: AbortSignal): Promise<KeyEvidence> {
		if (place.kind === "initial" && this.#loadedEngines.has(place.engine)) {
			return { kind: "held" };
		}
		if (place.kind === "initial" || place.kind === "working") {
			throw new Fault("E_ILLEGAL", {
				detail: "The pad cannot be asked about this key: take a PIN or a MAC under it",
				context: { place: place.kind },
			});
		}
		return this.#parts.converse((pad) => evidenceOf(pad, place), signal);
	}

	/** Asks about every slot that 04 knows; DUKPT keys cannot be asked for. */
	survey(signal?: AbortSignal): Promise<readonly KeyHolding[]> {
		return this.#parts.converse(async (pad) => {
			const holdings: KeyHolding[] = [];
			for (const place of slotPlaces) {
				signal?.throwIfAborted();
				const evidence = await evidenceOf(pad, place);
				if (evidence.kind !== "none") {
					holdings.push({ place, evidence });
				}
			}
			return holdings;
		}, signal);
	}
}
