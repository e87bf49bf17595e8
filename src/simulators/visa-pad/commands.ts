import { CryptoError } from "../../crypto/crypto-error.ts";
import { visaMarks } from "../../wire/visa-framing.ts";
import {
	checkSlot,
	diagnose,
	loadSerialNumber,
	readEngine,
	readKeyManagement,
	readSerialNumber,
	selectEngine,
	selectMasterKey,
	selfTest,
	setKeyManagement,
} from "./admin-commands.ts";
import { show, showIdle, showSeveral } from "./display-commands.ts";
import { loadInitialKey, loadSlotKey, selectKeySet } from "./key-commands.ts";
import { mac } from "./mac-commands.ts";
import { ended, ignored, type Outcome } from "./outcome.ts";
import type { PadMemory } from "./pad-memory.ts";
import { cancel, setKsnFormat, takePin } from "./pin-commands.ts";

interface Command {
	readonly run: (pad: PadMemory, data: string) => Outcome;
	/** Leading characters of the data that anybody may see: the rest is keys, card numbers or messages. */
	readonly shown: number;
}

const command = (run: Command["run"], shown: number): Command => ({ run, shown });

/** Administration packets, `SI … SO`. */
const adminCommands: Readonly<Record<string, Command>> = {
	"01": command(diagnose, 2),
	"02": command(loadSlotKey, 1),
	"04": command(checkSlot, 1),
	"05": command(loadSerialNumber, 16),
	"06": command(readSerialNumber, 0),
	"07": command(() => ended, 0),
	"08": command(selectMasterKey, 1),
	11: command(() => ended, 0),
	15: command(() => ended, 4),
	16: command(selfTest, 0),
	17: command(setKeyManagement, 3),
	18: command(readKeyManagement, 0),
	19: command(selectEngine, 1),
	25: command(readEngine, 0),
};

/** Transaction packets, `STX … ETX`. */
const transactionCommands: Readonly<Record<string, Command>> = {
	70: command((pad, data) => takePin(pad, "70", data), 0),
	72: command(cancel, 0),
	"7A": command(setKsnFormat, 1),
	90: command((pad, data) => loadInitialKey(pad, pad.options.dialect === "uic" ? 0 : pad.engine, data), 0),
	94: command((pad, data) => (pad.options.dialect === "uic" ? loadInitialKey(pad, 1, data) : ignored), 0),
	96: command(selectKeySet, 1),
	Z1: command(showIdle, 0),
	Z2: command(show, 32),
	Z3: command(showSeveral, 32),
	Z60: command((pad, data) => takePin(pad, "Z60", data), 0),
	Z63: command((pad, data) => takePin(pad, "Z63", data), 0),
	Z66: command(mac, 4),
};

/** A packet taken apart. */
export interface SeenPacket {
	readonly isAdmin: boolean;
	readonly id: string;
	readonly data: string;
	/** The part of the data that may be shown. */
	readonly shown: string;
}

/** Takes the text behind a start mark apart; packets nobody knows have their first two characters as id. */
export function packetOf(startMark: number, text: string): SeenPacket {
	const isAdmin = startMark === visaMarks.si;
	const known = isAdmin ? adminCommands : transactionCommands;
	const id = [text.slice(0, 3), text.slice(0, 2)].find((start) => start in known) ?? text.slice(0, 2);
	const data = text.slice(id.length);
	return { isAdmin, id, data, shown: data.slice(0, known[id]?.shown ?? 0) };
}

/** Does what a packet says. While a PIN is entered the pad listens to nothing but 72. */
export function run(pad: PadMemory, { isAdmin, id, data }: SeenPacket): Outcome {
	const found = (isAdmin ? adminCommands : transactionCommands)[id];
	if (found === undefined || (pad.entry !== undefined && id !== "72")) {
		return ignored;
	}
	try {
		return found.run(pad, data);
	} catch (thrown) {
		// Keys and blocks of a wrong length are found where they are used.
		if (thrown instanceof CryptoError) {
			return ignored;
		}
		throw thrown;
	}
}
