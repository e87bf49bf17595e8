import { ended, ignored, type Outcome, reply, taken } from "./outcome.ts";
import type { PadMemory } from "./pad-memory.ts";

/** 01 `dd`: the built-in tests of VeriFone's pads, in their words. */
export function diagnose({ options, keys }: PadMemory, test: string): Outcome {
	if (options.dialect !== "verifone") {
		return ignored;
	}
	const text = diagnosticTexts[test];
	if (test === "07") {
		return reply("09\x1aPROCESSING");
	}
	return text === undefined ? ended : reply(`14${text.replace("{serial}", keys.serialNumber)}`);
}

const diagnosticTexts: Readonly<Record<string, string>> = {
	"01": "RAM OK",
	"03": "3F2A",
	"06": "{serial}",
	"08": "1000SE V2.1 04/88",
};

/** 04 `n`: whether there is a key in a slot. */
export function checkSlot({ keys }: PadMemory, slot: string): Outcome {
	return /^[\dA-V]$/.test(slot) ? reply(`04${keys.slot(slot) === undefined ? "0" : "F"}`) : ignored;
}

/** 05: a new serial number, sent back to be compared before it is stored. */
export function loadSerialNumber({ options, keys }: PadMemory, serialNumber: string): Outcome {
	const fits = options.dialect === "verifone" ? /^[\dA-Za-z]{16}$/ : /^[\dA-Za-z]{1,12}$/;
	if (!fits.test(serialNumber)) {
		return ignored;
	}
	return {
		kind: "reply",
		text: `05${serialNumber}`,
		whenAcknowledged: () => keys.storeSerialNumber(serialNumber),
	};
}

/** 06. */
export function readSerialNumber({ keys }: PadMemory): Outcome {
	return reply(`06${keys.serialNumber}`);
}

/** 08 `n`: the master key of the PIN entries that follow. */
export function selectMasterKey(pad: PadMemory, slot: string): Outcome {
	const { dialect, quirks } = pad.options;
	if (!/^\d$/.test(slot)) {
		return dialect === "uic" ? reply("081") : ignored;
	}
	if (pad.keys.slot(slot) === undefined && quirks.emptySlot === "unanswered") {
		return taken;
	}
	pad.selected = slot;
	return dialect === "uic" ? reply("080") : ended;
}

/** 16: UIC's self-test; 5 is the master key checksum. */
export function selfTest({ options, keys }: PadMemory): Outcome {
	if (options.dialect !== "uic") {
		return ignored;
	}
	return reply(keys.places.slots.length === 0 ? "165" : "160");
}

/** 17 `ccc`: key management. Another width of DUKPT keys erases the old ones. */
export function setKeyManagement(pad: PadMemory, mode: string): Outcome {
	if (!/^[0-7][0-7A-F]0$/.test(mode)) {
		return ignored;
	}
	if (isTdesDukpt(mode) !== isTdesDukpt(pad.keyMode)) {
		pad.keys.eraseEngines();
	}
	pad.keyMode = mode;
	pad.keyManagement = isTdesDukpt(mode) ? "dukpt" : "master-session";
	return ended;
}

/** 18. */
export function readKeyManagement({ keyMode }: PadMemory): Outcome {
	return reply(`18${keyMode}`);
}

/** 19 `n`: the DUKPT engine of VeriFone's pads. */
export function selectEngine(pad: PadMemory, engine: string): Outcome {
	if (pad.options.dialect !== "verifone" || !/^[0-2]$/.test(engine)) {
		return ignored;
	}
	pad.engine = Number(engine);
	return ended;
}

/** 25. */
export function readEngine({ engine, options }: PadMemory): Outcome {
	return options.dialect === "verifone" ? reply(`25${engine}`) : ignored;
}

function isTdesDukpt(mode: string): boolean {
	return mode.charAt(1) === "8";
}
