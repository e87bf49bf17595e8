import { type ClearKeyBytes, clearTdesKey, usingSecret } from "../../crypto/clear/clear-keys.ts";
import { combineComponents } from "../../crypto/clear/components.ts";
import { withOddParity } from "../../crypto/clear/parity.ts";
import { constantTimeEqual } from "../../crypto/digest.ts";
import { Fault } from "../../kernel/fault.ts";
import { type CheckValue, checkValueOf } from "../check-value.ts";
import { requireUsableKey } from "../key-guard.ts";
import { cipherOf, keyAlgorithms } from "../key-kind.ts";
import type { KeyLabel, KeyPurpose, KeyStore } from "./key-store.ts";

type KeyKind = Omit<KeyLabel, "kcv">;

/**
 * Full-length components on their way to becoming a key (ANSI X9.24-1, split knowledge). Only check values come out;
 * the key goes into the store, and every component is wiped however it ends.
 */
export class KeyAssembly {
	readonly #kind: KeyKind;
	readonly #purpose: KeyPurpose;
	readonly #components: ClearKeyBytes[] = [];

	constructor(kind: KeyKind, purpose: KeyPurpose) {
		this.#kind = kind;
		this.#purpose = purpose;
	}

	get count(): number {
		return this.#components.length;
	}

	/**
	 * Takes a component over, to be wiped by this assembly, and gives its check value.
	 * @throws Fault `component_invalid` for a wrong length, for zeros, and for a component that came before: each of these
	 * would let one person know the key
	 */
	add(component: ClearKeyBytes): CheckValue {
		const { algorithm } = this.#kind;
		const { length } = keyAlgorithms[algorithm];
		if (component.length !== length) {
			component.fill(0);
			throw new Fault("component_invalid", { detail: `A component of ${algorithm} has ${2 * length} hex digits` });
		}
		if (component.every((byte) => byte === 0) || this.#components.some((one) => constantTimeEqual(one, component))) {
			component.fill(0);
			throw new Fault("component_invalid", { detail: "A component is neither zeros nor the same as another one" });
		}
		this.#components.push(component);
		return checkValueOf(algorithm, cipherOf(algorithm, component));
	}

	/** Takes the last component back: its owner found a mistake. */
	dropLast(): void {
		this.#components.pop()?.fill(0);
	}

	/**
	 * The check value of the whole key.
	 * @throws Fault `key_weak`, `test_key_refused`
	 */
	checkValue(): CheckValue {
		return usingSecret(this.#combine(), (key) => {
			requireUsableKey(this.#kind.algorithm, key, this.#purpose);
			return checkValueOf(this.#kind.algorithm, cipherOf(this.#kind.algorithm, key));
		});
	}

	/**
	 * Puts the key into the store.
	 * @throws Fault as `checkValue` and `KeyStore.put` do
	 */
	storeIn(store: KeyStore): KeyLabel {
		const label = { ...this.#kind, kcv: this.checkValue() };
		usingSecret(this.#combine(), (key) => store.put(label, key));
		return label;
	}

	/** Wipes all components. */
	wipe(): void {
		for (const component of this.#components.splice(0)) {
			component.fill(0);
		}
	}

	/** An even number of odd-parity components gives an even-parity key, which strict pads refuse. */
	#combine(): ClearKeyBytes {
		const combined = combineComponents(this.#components);
		return keyAlgorithms[this.#kind.algorithm].cipher === "TDES"
			? usingSecret(clearTdesKey(combined), withOddParity)
			: combined;
	}
}
