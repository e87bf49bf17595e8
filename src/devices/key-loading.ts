import type { Bytes } from "../wire/bytes.ts";

/** Where a pad keeps a key: its master keys, working keys under them, the key that carries keys in, DUKPT initial keys. */
export type KeyPlace =
	| { readonly kind: "master"; readonly slot: number }
	| { readonly kind: "working"; readonly master: number; readonly slot: number }
	| { readonly kind: "transport" }
	| { readonly kind: "initial"; readonly engine: number };

/**
 * How a key travels to the pad. `clear` stands on the wire as it is: for test keys only. `enciphered` is ECB under a key
 * the pad holds. `key_block` is TR-31 / X9.143 under the pad's transport key.
 */
export type KeyDelivery =
	| { readonly form: "clear"; readonly key: Bytes }
	| { readonly form: "enciphered"; readonly under: KeyPlace; readonly cryptogram: Bytes }
	| { readonly form: "key_block"; readonly block: string };

export interface KeyLoad {
	readonly place: KeyPlace;
	readonly delivery: KeyDelivery;
	/** Key serial number that goes with an initial key. */
	readonly ksn?: Bytes;
}

/**
 * What a pad shows of a key without showing the key. `none`: the place is empty. `held`: there is a key, and no more can
 * be told. The others can be computed by whoever knows the key:
 * `check_value` is a zero block enciphered, or its CMAC; `known_block` is `data`, one block, enciphered;
 * `child_check_value` is the check value (zero block) of the key that `cryptogram`, deciphered by ECB, gives.
 */
export type KeyEvidence =
	| { readonly kind: "none" }
	| { readonly kind: "held" }
	| { readonly kind: "check_value"; readonly method: "ecb-zeros" | "cmac"; readonly value: Bytes }
	| { readonly kind: "known_block"; readonly data: Bytes; readonly value: Bytes }
	| { readonly kind: "child_check_value"; readonly cryptogram: Bytes; readonly value: Bytes };

export interface KeyHolding {
	readonly place: KeyPlace;
	readonly evidence: KeyEvidence;
}

/**
 * Loading and proving keys in a pad: offered by drivers whose family has commands for it. Throws as `PinPad` does.
 * Clear keys are given to `loadKey` only; they are neither logged nor kept, and the caller wipes them.
 */
export interface KeyLoading {
	/** Asks the pad for its own serial number, now: the cable may have been moved to another pad. */
	readSerialNumber(signal?: AbortSignal): Promise<string>;
	/** The forms in which a key of this cipher can come to this place; none when the pad has no such place for it. */
	formsFor(place: KeyPlace, cipher: "TDES" | "AES"): readonly KeyDelivery["form"][];
	/** Stores a key and gives what the pad shows of it. */
	loadKey(load: KeyLoad, signal?: AbortSignal): Promise<KeyEvidence>;
	/** What the pad shows of the key at a place; the key stays as it is. */
	proveKey(place: KeyPlace, signal?: AbortSignal): Promise<KeyEvidence>;
	/** Evidence of every place that holds keys by itself, empty ones left out: none means an empty pad. */
	survey(signal?: AbortSignal): Promise<readonly KeyHolding[]>;
}
