import { type Bytes, xorBytes } from "../../wire/bytes.ts";
import { fromHex, toHex } from "../../wire/hex.ts";
import { CryptoError } from "../crypto-error.ts";
import { type ClearPin, clearPin } from "./clear-pin.ts";

/** What an 8-byte clear PIN block is bound to besides the PIN, by ISO 9564-1 format. */
export type PinBlockBinding =
	/** Whole PAN with check digit, 13 to 19 digits. Also ANSI X9.8, Visa-1, ECI-1. */
	| { readonly format: 0; readonly pan: string }
	/** No PAN. */
	| { readonly format: 1 }
	/** No PAN; only for an offline PIN to a chip card, never to a host. */
	| { readonly format: 2 }
	/** As format 0, with random fill. */
	| { readonly format: 3; readonly pan: string };

/** A binding with the fill that the format takes from outside. */
export type PinBlockOrigin =
	| Extract<PinBlockBinding, { format: 0 | 2 }>
	/** Hex digits, at least as many as the PIN leaves free of 14, unique for each block; the leftmost are used. */
	| { readonly format: 1; readonly fill: string }
	/** As in format 1, each digit from A to F and random. */
	| { readonly format: 3; readonly pan: string; readonly fill: string };

/** Digits after control and length digit. */
const bodyLength = 14;

/**
 * A clear PIN block of 8 bytes: format | PIN length | PIN | fill, and for formats 0 and 3 the exclusive-or with the
 * 12 rightmost PAN digits but the check digit (ISO 9564-1 clause 9.3).
 * @throws CryptoError `pan_invalid`, `fill_invalid`
 */
export function encodePinBlock(pin: ClearPin, origin: PinBlockOrigin): Bytes {
	const control = `${origin.format}${pin.length.toString(16)}`;
	const fill = fillDigits(origin, bodyLength - pin.length);
	return xorBytes(fromHex(`${control}${pin}${fill}`), panBlock(origin));
}

/**
 * The clear PIN of an 8-byte clear PIN block. A wrong PAN is mostly noticed, but not always: that a block decodes
 * proves neither the key nor the PAN.
 * @throws CryptoError `pin_block_invalid` for a wrong length, control, PIN length, digit or fill; `pan_invalid`
 */
export function decodePinBlock(block: Bytes, binding: PinBlockBinding): ClearPin {
	if (block.length !== 8) {
		throw pinBlockInvalid("length");
	}
	const digits = toHex(xorBytes(block, panBlock(binding)));
	const pinLength = Number.parseInt(digits.charAt(1), 16);
	if (digits.charAt(0) !== String(binding.format)) {
		throw pinBlockInvalid("control field");
	}
	if (pinLength < 4 || pinLength > 12) {
		throw pinBlockInvalid("PIN length");
	}
	const pin = digits.slice(2, 2 + pinLength);
	if (!/^[0-9]+$/.test(pin)) {
		throw pinBlockInvalid("PIN digits");
	}
	if (!fillPattern[binding.format].test(digits.slice(2 + pinLength))) {
		throw pinBlockInvalid("fill");
	}
	return clearPin(pin);
}

const fillPattern = { 0: /^F+$/, 1: /^[0-9A-F]+$/, 2: /^F+$/, 3: /^[A-F]+$/ } as const;

function fillDigits(origin: PinBlockOrigin, count: number): string {
	if (origin.format === 0 || origin.format === 2) {
		return "F".repeat(count);
	}
	const fill = origin.fill.toUpperCase();
	if (fill.length < count || !fillPattern[origin.format].test(fill)) {
		throw new CryptoError("fill_invalid", `format ${origin.format} needs ${count} fill digits of its kind`);
	}
	return fill.slice(0, count);
}

function panBlock(binding: PinBlockBinding): Bytes {
	if (binding.format === 1 || binding.format === 2) {
		return new Uint8Array(8);
	}
	if (!/^[0-9]{13,19}$/.test(binding.pan)) {
		throw new CryptoError("pan_invalid", "a PAN for this format has 13 to 19 digits");
	}
	return fromHex(`0000${binding.pan.slice(-13, -1)}`);
}

function pinBlockInvalid(what: string): CryptoError {
	return new CryptoError("pin_block_invalid", `not a PIN block of this format: ${what}`);
}
