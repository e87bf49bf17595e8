import type { KeySlot } from "../../devices/pin-pad.ts";
import { type Bytes, concatBytes } from "../../wire/bytes.ts";

/** A command of the pad: its name for people, and the payload of its frame, command byte first. */
export interface Command {
	readonly name: string;
	readonly payload: Bytes;
	/** True when the same command sent twice does what it does once. */
	readonly repeatable: boolean;
}

/** Key mode of the pad's MAC command (46 06). */
export const macModes = { "x9.9": 0x01, "cup-ecb": 0x03 } as const;
export type MacMode = (typeof macModes)[keyof typeof macModes];

/** The longest PIN entry that fits the one byte of seconds. */
const longestEntrySeconds = 255;
/** Added to a slot number: a working key's answer shall carry its check value, a master key comes enciphered. */
const withMore = 0x40;
const ansiX98WithPan = 0x10;
const algorithms = { des: 0x20, tdes: 0x30 } as const;

const command = (name: string, ...bytes: readonly number[]): Command => ({
	name,
	payload: Uint8Array.from(bytes),
	repeatable: true,
});

function masterKeyLoad(slot: number, key: Uint8Array): Command {
	return { name: "load master key", payload: concatBytes(Uint8Array.of(0x32, slot), key), repeatable: true };
}

/** The commands this driver sends, by what they are for. */
export const commands = {
	selfTest: command("reset and self-test", 0x31),
	identify: command("version", 0x30),
	/** 32 and 33 answer with the check value of the key from now on. */
	showCheckValues: command("show check values", 0x46, 0x05, 0x05),
	dataMode: command("data encryption mode", 0x46, 0x07, 0x10),
	/** A zero block under the active working key: its check value. */
	encryptZeros: command("encrypt zeros", 0x36, 0, 0, 0, 0, 0, 0, 0, 0),
	readPinBlock: command("read PIN block", 0x42),
	closeKeypad: (code: 0 | 1): Command => command("close keypad", 0x45, code),
	masterKeyAlgorithm: (algorithm: "des" | "tdes"): Command =>
		command("master key algorithm", 0x46, 0x00, algorithms[algorithm]),
	workingKeyAlgorithm: command("working key algorithm", 0x46, 0x01, algorithms.tdes),
	/** PIN blocks as ISO 9564-1 format 0. */
	pinBlockFormat: command("PIN block format", 0x46, 0x04, ansiX98WithPan),
	macMode: (mode: MacMode): Command => command("MAC mode", 0x46, 0x06, mode),
	shortestPin: (digits: number): Command => command("shortest PIN", 0x46, 0x08, digits),
	activateKey: ({ master, slot }: KeySlot): Command => command("activate key", 0x43, master, slot),
	loadMasterKey: (slot: number, key: Uint8Array): Command => masterKeyLoad(slot, key),
	/** The key comes enciphered under the active working key. */
	loadEncipheredMasterKey: (slot: number, cryptogram: Uint8Array): Command =>
		masterKeyLoad(slot + withMore, cryptogram),
	loadWorkingKey({ master, slot }: KeySlot, cryptogram: Uint8Array): Command {
		const { payload, ...rest } = command("load working key", 0x33, master, slot + withMore);
		return { ...rest, payload: concatBytes(payload, cryptogram) };
	},
	/** The twelve PAN digits of the PIN block, as ASCII. */
	panDigits(digits: Uint8Array): Command {
		return { name: "PAN digits", payload: concatBytes(Uint8Array.of(0x34), digits), repeatable: true };
	},
	/** Shows a star per digit, mixes the PIN with the PAN, shows prompt 0. */
	startPinEntry(maxDigits: number, timeoutMs: number): Command {
		const seconds = Math.min(longestEntrySeconds, Math.ceil(timeoutMs / 1000));
		return { ...command("start PIN entry", 0x35, maxDigits, 0x01, 0x01, 0x00, seconds), repeatable: false };
	},
	mac(data: Uint8Array): Command {
		return { name: "MAC", payload: concatBytes(Uint8Array.of(0x41), data), repeatable: true };
	},
} as const;
