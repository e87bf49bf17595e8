import type { CheckValue } from "../check-value.ts";
import type { KeyAlgorithm, KeyRole } from "../key-kind.ts";
import type { KeyEntry, KeyEvent, Proof } from "./entry.ts";
import { serialNumberId } from "./serial-number-id.ts";

/** What a slot of a pad holds, as the record tells. */
export interface SlotState {
	readonly batch: string;
	readonly role: KeyRole;
	readonly algorithm: KeyAlgorithm;
	readonly kcv: CheckValue;
	readonly fingerprint: string;
	readonly ksn: string | undefined;
	readonly at: string;
	/** Absent from the start of a load until the pad has shown what it holds: the load may or may not have arrived. */
	readonly proof: Proof | undefined;
	/** A later verification found no key there, or another one. */
	readonly lost: boolean;
}

/** A pad that may be loaded. */
export interface KnownPad {
	readonly serial: string;
	readonly model: string;
	readonly since: string;
}

/** A pad and a place in it, as one text. */
export type SlotId = string;

export function slotId(serial: string, place: string): SlotId {
	return `${serial} ${place}`;
}

type Loading = Extract<KeyEvent, { readonly type: "load_started" }>;

interface Slot {
	readonly serial: string;
	readonly place: string;
}

/** The record folded: which pads there are, what their slots hold, and what must never be given out again. */
export class KeyBook {
	readonly #pads = new Map<string, KnownPad>();
	readonly #slots = new Map<string, Map<string, SlotState>>();
	readonly #givenOut = new Map<string, SlotId>();
	readonly #loaded = new Map<string, SlotId>();

	/** In the order of their adding. */
	get inventory(): readonly KnownPad[] {
		return [...this.#pads.values()];
	}

	pad(serial: string): KnownPad | undefined {
		return this.#pads.get(serial);
	}

	/** The slots of a pad by their places, empty for a pad that never was loaded. */
	slots(serial: string): ReadonlyMap<string, SlotState> {
		return this.#slots.get(serial) ?? new Map();
	}

	/** Which slot was ever given this key serial number. */
	givenOutTo(ksn: string): SlotId | undefined {
		return this.#givenOut.get(serialNumberId(ksn));
	}

	/** Which slot was ever given the key with this fingerprint. */
	loadedInto(fingerprint: string): SlotId | undefined {
		return this.#loaded.get(fingerprint);
	}

	/** Takes the next entry in. */
	apply({ at, event }: KeyEntry): void {
		switch (event.type) {
			case "pad_added":
				this.#pads.set(event.serial, { serial: event.serial, model: event.model, since: at });
				return;
			case "pad_removed":
				this.#pads.delete(event.serial);
				return;
			case "load_started":
				this.#startLoading(event, at);
				return;
			case "load_proved":
				// A key that was there from an earlier batch is taken over by the one that found it.
				this.#change(event, { batch: event.batch, proof: event.proof, lost: false });
				return;
			case "key_verified":
				this.#change(event, { lost: event.result === "missing" || event.result === "differs" });
				return;
			case "vault_created":
			case "key_stored":
			case "key_removed":
			case "ceremony_refused":
			case "batch_started":
			case "load_refused":
			case "batch_ended":
			case "torn_line_removed":
				return;
		}
	}

	#startLoading(event: Loading, at: string): void {
		const { serial, place, batch, role, algorithm, kcv, fingerprint, ksn } = event;
		const slots = this.#slots.get(serial) ?? new Map<string, SlotState>();
		slots.set(place, { batch, role, algorithm, kcv, fingerprint, ksn, at, proof: undefined, lost: false });
		this.#slots.set(serial, slots);
		this.#loaded.set(fingerprint, slotId(serial, place));
		if (ksn !== undefined) {
			this.#givenOut.set(serialNumberId(ksn), slotId(serial, place));
		}
	}

	#change({ serial, place }: Slot, change: Partial<SlotState>): void {
		const slots = this.#slots.get(serial);
		const state = slots?.get(place);
		if (state !== undefined) {
			slots?.set(place, { ...state, ...change });
		}
	}
}
