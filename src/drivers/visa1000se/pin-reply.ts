import type { Bytes } from "../../wire/bytes.ts";
import { fromHex } from "../../wire/hex.ts";

/** What a pad answers when the cardholder is done. */
export type PinReply =
	| { readonly kind: "session"; readonly pinBlock: Bytes }
	/** `ksn` has its 10 bytes again. */
	| { readonly kind: "dukpt"; readonly pinBlock: Bytes; readonly ksn: Bytes }
	/** Enter without a digit. */
	| { readonly kind: "none" }
	| { readonly kind: "refused"; readonly code: string };

const ksnDigits = 20;
const blockDigits = 16;

/**
 * Reads packets 71 and 73. Master/session: `71.0`, PIN length, format `01`, PIN block. DUKPT: `710` (UIC) or
 * `73.00000` (VeriFone), key serial number without its leading Fs, PIN block. Refused: `71` and one character.
 * @returns undefined when it is none of these
 */
export function readPinReply(text: string): PinReply | undefined {
	const session = /^71\.0(00|0[4-9]|1[0-2])01([\dA-F]{16})?$/.exec(text);
	if (session !== null) {
		const [, length, block] = session;
		return block === undefined || length === "00"
			? noneIf(length === "00")
			: { kind: "session", pinBlock: fromHex(block) };
	}
	const dukpt = /^(?:710|73\.00000)([\dA-F]*)$/.exec(text)?.[1];
	if (dukpt !== undefined && dukpt !== "") {
		return readDukpt(dukpt);
	}
	const code = /^71([\dA-G])$/.exec(text)?.[1];
	return code === undefined ? noneIf(text === "73.00000") : { kind: "refused", code };
}

/** From the right: the PIN block, then as much of the key serial number as was sent. No number: no PIN. */
function readDukpt(digits: string): PinReply | undefined {
	const serial = digits.slice(0, -blockDigits);
	if (digits.length < blockDigits || serial.length > ksnDigits || (serial.length > 0 && serial.length < 10)) {
		return undefined;
	}
	if (serial === "") {
		return { kind: "none" };
	}
	return {
		kind: "dukpt",
		pinBlock: fromHex(digits.slice(-blockDigits)),
		ksn: fromHex(serial.padStart(ksnDigits, "F")),
	};
}

function noneIf(condition: boolean): PinReply | undefined {
	return condition ? { kind: "none" } : undefined;
}
