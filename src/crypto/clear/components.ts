import { CryptoError } from "../crypto-error.ts";
import type { ClearKeyBytes } from "./clear-keys.ts";

/**
 * Combines full-length clear key components by exclusive-or (ANSI X9.24-1, split knowledge).
 * Parity is left as it falls: an even number of odd-parity components gives an even-parity key. For a TDES key follow
 * with `withOddParity`; its check value does not change.
 * @throws CryptoError `components_invalid` for fewer than two, for an empty one or for different lengths
 */
export function combineComponents(components: readonly ClearKeyBytes[]): ClearKeyBytes {
	const length = components[0]?.length ?? 0;
	if (components.length < 2 || length === 0 || components.some((component) => component.length !== length)) {
		throw new CryptoError("components_invalid", "a key takes two or more components of one length");
	}
	const key = new Uint8Array(length);
	for (const component of components) {
		for (const [index, byte] of component.entries()) {
			key[index] = (key[index] ?? 0) ^ byte;
		}
	}
	return key;
}
