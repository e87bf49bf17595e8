import { type ClearTdesKey, clearTdesKey } from "../../crypto/clear/clear-keys.ts";
import { clearPin } from "../../crypto/clear/clear-pin.ts";
import { deriveTdesTransactionKey, deriveTdesWorkingKey } from "../../crypto/clear/dukpt-tdes.ts";
import { encodePinBlock } from "../../crypto/clear/pin-block.ts";
import { tdes } from "../../crypto/clear/tdes.ts";
import { CryptoError } from "../../crypto/crypto-error.ts";
import { nextTdesKsn } from "../../crypto/ksn.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { fromHex, toHex } from "../../wire/hex.ts";
import { type EntryState, PinEntry } from "../pin-pad/pin-entry.ts";
import { ended, ignored, type Outcome, reply, taken } from "./outcome.ts";
import type { PadMemory } from "./pad-memory.ts";
import { type PinPacketId, type PinRequest, parsePinRequest } from "./pin-request.ts";

/** Why no PIN is taken, or no PIN block comes of it: the character behind `71`. */
const errors = {
	noMasterKey: "1",
	field: "2",
	dukptMode: "5",
	masterKeyUse: "6",
	noDukptKey: "A",
	endOfLife: "F",
} as const;

type PinError = (typeof errors)[keyof typeof errors];

/** Enciphers the PIN that was entered, and says how the packet with it begins; no digits: no PIN. */
type Sealing = (digits: string) => string;

/** 70, Z60 and Z63: opens the keypad; the reply comes when the cardholder is done. */
export function takePin(pad: PadMemory, id: PinPacketId, data: string): Outcome {
	if (id !== "70" && !isPrompted(pad)) {
		return ended;
	}
	const request = parsePinRequest(pad.options.dialect, id, data);
	const sealing = request === undefined ? errors.field : sealingOf(pad, request);
	if (request === undefined || typeof sealing === "string") {
		return reply(`71${typeof sealing === "string" ? sealing : errors.field}`);
	}
	const entry = new PinEntry({
		clock: pad.clock,
		rules: { ...request, emptyEnter: request.nullAllowed ? "accepted" : "ignored" },
		person: pad.persons.next(),
	});
	pad.entry = entry;
	entry.start(() => whenDone(pad, entry.state, sealing));
	return taken;
}

/** 72: ends a PIN entry or a MAC run; an idle pad acknowledges it. */
export function cancel(pad: PadMemory): Outcome {
	const wasTyping = pad.entry !== undefined;
	pad.entry?.close();
	pad.entry = undefined;
	pad.macRun = undefined;
	return wasTyping ? { kind: "cut_off" } : taken;
}

/** 7A: UIC's key serial numbers with all their digits, or without the leading Fs. */
export function setKsnFormat(pad: PadMemory, format: string): Outcome {
	if (pad.options.dialect !== "uic" || !/^[01]$/.test(format)) {
		return ignored;
	}
	pad.stripsKsn = format === "0";
	return taken;
}

function isPrompted({ prompt, options }: PadMemory): boolean {
	const { dialect, quirks } = options;
	return quirks.wantsTablePrompt ? prompt === "table" : dialect === "verifone" || prompt !== "none";
}

function whenDone(pad: PadMemory, state: EntryState, seal: Sealing): void {
	if (state.kind === "typing") {
		return;
	}
	pad.entry = undefined;
	pad.prompt = "none";
	pad.finish(state.kind === "entered" ? { kind: "reply", text: seal(state.digits) } : { kind: "ended" });
}

function sealingOf(pad: PadMemory, request: PinRequest): Sealing | PinError {
	if (request.sessionKey === undefined) {
		return pad.keyManagement === "dukpt" ? dukptSealing(pad, request) : errors.field;
	}
	return pad.keyManagement === "dukpt" ? errors.dukptMode : sessionSealing(pad, request.sessionKey, request.pan);
}

/** `71.0`, PIN length, format 01, PIN block. */
function sessionSealing({ keys, selected }: PadMemory, sessionKey: string, pan: string): Sealing | PinError {
	const master = selected === undefined ? undefined : keys.slot(selected);
	if (master === undefined) {
		return errors.noMasterKey;
	}
	if (master.usage !== "K0") {
		return errors.masterKeyUse;
	}
	const key = clearTdesKey(tdes(master.key).decipherEcb(fromHex(sessionKey)));
	return (digits) => {
		const block = digits === "" ? "" : toHex(pinBlock(key, digits, pan));
		return `71.0${String(digits.length).padStart(2, "0")}01${block}`;
	};
}

/** `710` or `73.00000`, key serial number, PIN block. Each key is used once. */
function dukptSealing(pad: PadMemory, { pan }: PinRequest): Sealing | PinError {
	const engine = pad.keys.engine(pad.engine);
	if (engine === undefined) {
		return errors.noDukptKey;
	}
	const start = pad.options.dialect === "uic" ? "710" : "73.00000";
	const ksn = ksnAfter(engine.ksn);
	if (ksn === undefined) {
		return errors.endOfLife;
	}
	return (digits) => {
		if (digits === "") {
			return start;
		}
		pad.keys.storeEngine(pad.engine, { key: engine.key, ksn });
		const key = deriveTdesWorkingKey(deriveTdesTransactionKey(engine.key, ksn), "pin");
		const serial = pad.stripsKsn ? toHex(ksn).replace(/^F+/, "") : toHex(ksn);
		return `${start}${serial}${toHex(pinBlock(key, digits, pan))}`;
	};
}

function pinBlock(key: ClearTdesKey, digits: string, pan: string): Bytes {
	return tdes(key).encipherEcb(encodePinBlock(clearPin(digits), { format: 0, pan: pan.padStart(13, "0") }));
}

function ksnAfter(ksn: Bytes): Bytes | undefined {
	try {
		return nextTdesKsn(ksn);
	} catch (thrown) {
		if (thrown instanceof CryptoError && thrown.code === "ksn_end_of_life") {
			return undefined;
		}
		throw thrown;
	}
}
