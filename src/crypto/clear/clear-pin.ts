import { CryptoError } from "../crypto-error.ts";

declare const clearPinBrand: unique symbol;

/** A clear PIN of 4 to 12 digits (ISO 9564-1 clause 8.1). */
export type ClearPin = string & { readonly [clearPinBrand]: true };

/**
 * This text as a clear PIN.
 * @throws CryptoError `pin_invalid` unless it has 4 to 12 decimal digits
 */
export function clearPin(text: string): ClearPin {
	if (!isPin(text)) {
		throw new CryptoError("pin_invalid", "a PIN has 4 to 12 digits");
	}
	return text;
}

function isPin(text: string): text is ClearPin {
	return /^[0-9]{4,12}$/.test(text);
}
