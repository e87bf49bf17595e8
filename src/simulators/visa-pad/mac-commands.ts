import { type ClearTdesKey, clearTdesKey } from "../../crypto/clear/clear-keys.ts";
import { macAlgorithm1Tdes, macAlgorithm3 } from "../../crypto/clear/mac.ts";
import { tdes } from "../../crypto/clear/tdes.ts";
import { type Bytes, concatBytes, latin1 } from "../../wire/bytes.ts";
import { fromHex, toHex } from "../../wire/hex.ts";
import { ignored, type Outcome, reply } from "./outcome.ts";
import type { MacRun, PadMemory } from "./pad-memory.ts";

/** Why there is no MAC. */
const statuses = { sequence: "2", masterKey: "3", length: "5", message: "7", workingKey: "8" } as const;

const longestMessage = 224;
/** In the flag: another packet follows; the message is hex text. */
const hasMore = 1;
const isHexText = 2;

interface MacPacket {
	readonly flag: number;
	readonly sequence: number;
	readonly masterKey: string;
	readonly workingKey: string;
	readonly message: string;
}

/** Z66: the MAC of a message that may come in several packets, under a working key that comes with each. */
export function mac(pad: PadMemory, data: string): Outcome {
	const packet = parse(data);
	if (packet === undefined) {
		return ignored;
	}
	const run = continued(pad, packet);
	pad.macRun = undefined;
	if (typeof run === "string") {
		return reply(`Z67${run}`);
	}
	if ((packet.flag & hasMore) !== 0) {
		pad.macRun = run;
		return reply("Z671");
	}
	return reply(`Z670${toHex(macOf(run))}`);
}

/** Flag, sequence number, master key; working key; second key, which is not used; message. */
function parse(data: string): MacPacket | undefined {
	const [head = "", workingKey = "", secondKey = "", message = "", ...more] = data.split("\x1c");
	const [, flag, sequence, masterKey = ""] = /^([0-7])(\d\d)([\dA-V])$/.exec(head) ?? [];
	return flag === undefined || secondKey.length > 1 || more.length > 0 || !/^[\dA-F]*$/.test(workingKey)
		? undefined
		: { flag: Number(flag), sequence: Number(sequence), masterKey, workingKey, message };
}

/** The run with this packet's part of the message, or why there is none. */
function continued(pad: PadMemory, packet: MacPacket): MacRun | string {
	const part = messageOf(packet);
	if (typeof part === "string") {
		return part;
	}
	const begun = packet.sequence === 0 ? firstOf(pad, packet) : pad.macRun;
	if (begun === undefined) {
		return statuses.sequence;
	}
	if (typeof begun === "string") {
		return begun;
	}
	if (begun.sequence !== packet.sequence || begun.masterKey !== packet.masterKey) {
		return statuses.sequence;
	}
	return { ...begun, sequence: packet.sequence + 1, data: concatBytes(begun.data, part) };
}

function firstOf(pad: PadMemory, { masterKey, workingKey }: MacPacket): MacRun | string {
	const master = pad.keys.slot(masterKey);
	if (master === undefined || master.usage !== "K0") {
		return statuses.masterKey;
	}
	if (workingKey.length !== 16 && workingKey.length !== 32) {
		return statuses.workingKey;
	}
	const key = clearTdesKey(tdes(master.key).decipherEcb(fromHex(workingKey)));
	return { masterKey, key, sequence: 0, data: new Uint8Array() };
}

/** The bytes of the message, filled up with the character 0 where it is the last part. */
function messageOf({ flag, message }: MacPacket): Bytes | string {
	if (message.length === 0 || message.length > longestMessage) {
		return statuses.length;
	}
	const unit = (flag & isHexText) === 0 ? 8 : 16;
	const padded = message.padEnd(Math.ceil(message.length / unit) * unit, "0");
	if ((flag & isHexText) === 0) {
		return latin1(padded);
	}
	return /^[\dA-F]+$/.test(padded) ? fromHex(padded) : statuses.message;
}

/** ISO 9797-1 algorithm 1 under a single-length key (ANSI X9.9), algorithm 3 under a double-length one (X9.19). */
function macOf({ key, data }: { readonly key: ClearTdesKey; readonly data: Bytes }): Bytes {
	return key.length === 8 ? macAlgorithm1Tdes(key, data, 1) : macAlgorithm3(key, data, 1);
}
