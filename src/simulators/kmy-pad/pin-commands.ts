import { clearPin } from "../../crypto/clear/clear-pin.ts";
import { encodePinBlock } from "../../crypto/clear/pin-block.ts";
import { tdes } from "../../crypto/clear/tdes.ts";
import { type Bytes, fromLatin1 } from "../../wire/bytes.ts";
import { toHex } from "../../wire/hex.ts";
import { PinEntry } from "../pin-pad/pin-entry.ts";
import { activeKey, type PadMemory } from "./pad-memory.ts";
import { type Outcome, refuse } from "./status.ts";

const noPan = "000000000000";
const mixedWithPan = 0x01;
const longestPin = 12;

/** 34 `12 digits`: the rightmost of the PAN but the check digit. */
export function takePanDigits(pad: PadMemory, data: Bytes): Outcome {
	const digits = fromLatin1(data);
	if (!/^\d{12}$/.test(digits)) {
		return refuse();
	}
	pad.panDigits = digits;
	return { kind: "ok" };
}

/** 35 `len disp add prompt timeout`: opens the keypad once the answer has left. Zero seconds are no limit. */
export function startPinEntry(pad: PadMemory, data: Bytes): Outcome {
	const [maxLength = 0, , addition = 0, , seconds = 0] = data;
	const panDigits = addition === mixedWithPan ? pad.panDigits : noPan;
	if (data.length !== 5 || maxLength < 1 || maxLength > longestPin) {
		return refuse();
	}
	if (panDigits === undefined || activeKey(pad) === undefined) {
		return refuse();
	}
	pad.entry?.close();
	const entry = new PinEntry({
		clock: pad.clock,
		rules: {
			minLength: pad.settings.minPinLength,
			maxLength,
			emptyEnter: pad.options.quirks.emptyEnter,
			timeoutMs: seconds === 0 ? undefined : seconds * 1000,
		},
		person: pad.persons.next(),
	});
	pad.entry = entry;
	pad.entryPan = panDigits;
	return { kind: "ok", entry };
}

/** 42: the PIN block under the active working key. It can be read again until the keypad is closed. */
export function readPinBlock(pad: PadMemory): Outcome {
	const key = activeKey(pad);
	const state = pad.entry?.state;
	if (state?.kind === "timedOut") {
		return { kind: "timedOut" };
	}
	if (key === undefined || state?.kind !== "entered") {
		return refuse();
	}
	// The digits come without the check digit, which the format leaves out again: any will do.
	const block = encodePinBlock(clearPin(state.digits), { format: 0, pan: `${pad.entryPan}0` });
	return { kind: "ok", data: tdes(key).encipherEcb(block) };
}

/** 45 `control`: closing ends a PIN entry and forgets its PIN. A keypad that shows clear digits is not to be had. */
export function controlKeypad(pad: PadMemory, data: Bytes): Outcome {
	const control = toHex(data);
	if (pad.options.quirks.closeCodes.includes(control)) {
		pad.entry?.close();
		return { kind: "ok" };
	}
	return control === "02" ? { kind: "ok" } : refuse();
}
