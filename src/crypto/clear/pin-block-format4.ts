import { type Bytes, xorBytes } from "../../wire/bytes.ts";
import { fromHex, toHex } from "../../wire/hex.ts";
import { CryptoError } from "../crypto-error.ts";
import { aes } from "./aes.ts";
import { type ClearAesKey, usingSecret } from "./clear-keys.ts";
import { type ClearPin, clearPin } from "./clear-pin.ts";

/** What a format 4 block is made from besides key and PIN. */
export interface Format4Origin {
	/** Whole PAN with check digit, 1 to 19 digits. */
	readonly pan: string;
	/** 8 fresh random bytes. */
	readonly random: Bytes;
}

/**
 * Enciphers a clear PIN into a 16-byte PIN block of ISO 9564-1 format 4: E(E(PIN field) xor PAN field).
 * @throws CryptoError `pan_invalid`; `fill_invalid` unless there are 8 random bytes
 */
export function encipherPinBlock4(key: ClearAesKey, pin: ClearPin, origin: Format4Origin): Bytes {
	const cipher = aes(key);
	const bound = usingSecret(pinField(pin, origin.random), (field) => cipher.encipherEcb(field));
	return cipher.encipherEcb(xorBytes(bound, panField(origin.pan)));
}

/**
 * The clear PIN of an enciphered format 4 PIN block.
 * @throws CryptoError `pan_invalid`; `pin_block_invalid` when it is not 16 bytes or does not decipher to a PIN field
 */
export function decipherPinBlock4(key: ClearAesKey, block: Bytes, pan: string): ClearPin {
	if (block.length !== 16) {
		throw pinBlockInvalid();
	}
	const cipher = aes(key);
	const bound = xorBytes(cipher.decipherEcb(block), panField(pan));
	return usingSecret(cipher.decipherEcb(bound), (field) => pinOf(toHex(field)));
}

/** 4 | PIN length | PIN | A up to 16 digits | 16 random digits (ISO 9564-1 clause 9.4.2). */
function pinField(pin: ClearPin, random: Bytes): Bytes {
	if (random.length !== 8) {
		throw new CryptoError("fill_invalid", `format 4 takes 8 random bytes, got ${random.length}`);
	}
	return fromHex(`4${pin.length.toString(16)}${pin}`.padEnd(16, "A") + toHex(random));
}

/** PAN length minus 12 | PAN, at least 12 digits | zeros (ISO 9564-1 clause 9.4.3). */
function panField(pan: string): Bytes {
	if (!/^[0-9]{1,19}$/.test(pan)) {
		throw new CryptoError("pan_invalid", "a PAN for format 4 has 1 to 19 digits");
	}
	return fromHex(`${Math.max(0, pan.length - 12)}${pan.padStart(12, "0")}`.padEnd(32, "0"));
}

function pinOf(field: string): ClearPin {
	const pinLength = Number.parseInt(field.charAt(1), 16);
	const pin = field.slice(2, 2 + pinLength);
	const wellFormed = field.startsWith("4") && /^[0-9]{4,12}$/.test(pin) && /^A+$/.test(field.slice(2 + pinLength, 16));
	if (!wellFormed) {
		throw pinBlockInvalid();
	}
	return clearPin(pin);
}

function pinBlockInvalid(): CryptoError {
	return new CryptoError("pin_block_invalid", "not a PIN block of format 4 under this key and PAN");
}
