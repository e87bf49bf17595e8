import { CryptoError } from "../../crypto/crypto-error.ts";
import { type Bytes, concatBytes, latin1 } from "../../wire/bytes.ts";
import { fromHex, toHex } from "../../wire/hex.ts";
import { decipher, encipher, mac } from "./cipher-commands.ts";
import { activateWorkingKey, loadMasterKey, loadWorkingKey } from "./key-commands.ts";
import { type PadMemory, resetVolatile } from "./pad-memory.ts";
import { controlKeypad, readPinBlock, startPinEntry, takePanDigits } from "./pin-commands.ts";
import { withSetting } from "./settings.ts";
import { type Outcome, refuse } from "./status.ts";

interface Command {
	readonly run: (pad: PadMemory, data: Bytes) => Outcome;
	/** Leading bytes of the data that anybody may see: the rest is keys, PAN digits or messages. */
	readonly shown: number;
}

/** The commands of KMY350x and SZZT ZT C70/C90 by their two hex digits. */
const commands: Readonly<Record<string, Command>> = {
	30: { run: version, shown: 0 },
	31: { run: reset, shown: 1 },
	32: { run: loadMasterKey, shown: 1 },
	33: { run: loadWorkingKey, shown: 2 },
	34: { run: takePanDigits, shown: 0 },
	35: { run: startPinEntry, shown: 5 },
	36: { run: encipher, shown: 0 },
	37: { run: decipher, shown: 0 },
	38: { run: serialNumber, shown: 0 },
	41: { run: mac, shown: 0 },
	42: { run: readPinBlock, shown: 0 },
	43: { run: activateWorkingKey, shown: 2 },
	45: { run: controlKeypad, shown: 1 },
	46: { run: set, shown: 2 },
};

/** Does what a command says; data that it cannot use is refused. */
export function run(pad: PadMemory, code: string, data: Bytes): Outcome {
	const command = commands[code];
	if (command === undefined) {
		return { kind: "unknown" };
	}
	const outcome = runOrRefuse(command, pad, data);
	if (pad.options.quirks.endsActiveKey.includes(code)) {
		pad.active = undefined;
	}
	return outcome;
}

/** The part of a command's data that may be shown. */
export function shownData(code: string, data: Bytes): Bytes {
	return data.slice(0, commands[code]?.shown ?? 0);
}

/** Keys and blocks of a wrong length are found where they are used. */
function runOrRefuse(command: Command, pad: PadMemory, data: Bytes): Outcome {
	try {
		return command.run(pad, data);
	} catch (thrown) {
		if (thrown instanceof CryptoError) {
			return refuse();
		}
		throw thrown;
	}
}

/** 30: text, serial number, two bytes more. */
function version({ options }: PadMemory): Outcome {
	const text = latin1(options.version.padEnd(16));
	return { kind: "ok", data: concatBytes(text, serialBytes(options), new Uint8Array(2)) };
}

/** 38. */
function serialNumber({ options }: PadMemory): Outcome {
	return { kind: "ok", data: serialBytes(options) };
}

/** 31: as after switching on, with a self-test; `31 38` erases all keys as well. */
function reset(pad: PadMemory, data: Bytes): Outcome {
	const wipes = toHex(data) === "38";
	if (data.length > 0 && !wipes) {
		return refuse();
	}
	resetVolatile(pad);
	if (wipes) {
		pad.keys.erase("held");
	}
	return { kind: pad.keys.state === "lost" ? "selfTestKeysLost" : "ok" };
}

/** 46 `item option`. */
function set(pad: PadMemory, data: Bytes): Outcome {
	const [item, option] = data;
	const settings =
		data.length === 2 && item !== undefined && option !== undefined
			? withSetting(pad.settings, item, option)
			: undefined;
	if (settings === undefined) {
		return refuse();
	}
	pad.settings = settings;
	return { kind: "ok" };
}

/** Two digits a byte; a short field has the last digits. */
function serialBytes({ quirks, serialNumber }: PadMemory["options"]): Bytes {
	const digits = 2 * quirks.version30;
	return fromHex(serialNumber.padStart(digits, "0").slice(-digits));
}
