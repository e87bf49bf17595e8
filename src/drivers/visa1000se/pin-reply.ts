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

/**
 * Reads packets 71 and 73. Master/session: `71.0`, PIN length, format `01`, PIN block. DUKPT: `710` (UIC) or
 * `73.00000` (VeriFone), key serial number without its leading Fs, PIN block. Refused: `71` and one character.
 * @returns undefined when it is none of these
 */
export function readPinReply(text: string): PinReply | undefined {
	return readSession(text) ?? readDukpt(text) ?? readRefusal(text);
}

function readSession(text: string): PinReply | undefined {
	const [, length, block = ""] = /^71\.0(00|0[4-9]|1[0-2])01([\dA-F]{16})?$/.exec(text) ?? [];
	if (length === "00") {
		return { kind: "none" };
	}
	return block === "" ? undefined : { kind: "session", pinBlock: fromHex(block) };
}

/** No key serial number: no PIN, whatever stands in the place of its block. */
function readDukpt(text: string): PinReply | undefined {
	const match = /^(?:710|73\.00000)(?:([\dA-F]{10,20})([\dA-F]{16})|[\dA-F]{16}|)$/.exec(text);
	const [, serial = "", block = ""] = match ?? [];
	if (match === null || serial === "") {
		return match === null ? undefined : { kind: "none" };
	}
	return { kind: "dukpt", pinBlock: fromHex(block), ksn: fromHex(serial.padStart(ksnDigits, "F")) };
}

function readRefusal(text: string): PinReply | undefined {
	const code = /^71([\dA-G])$/.exec(text)?.[1];
	return code === undefined ? undefined : { kind: "refused", code };
}
