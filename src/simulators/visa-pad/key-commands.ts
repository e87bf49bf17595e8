import { type ClearTdesKey, clearTdesKey } from "../../crypto/clear/clear-keys.ts";
import { type UnwrappedKeyBlock, unwrapKeyBlock } from "../../crypto/clear/key-block.ts";
import { CryptoError } from "../../crypto/crypto-error.ts";
import { type KeyBlockHeader, parseKeyBlockHeader } from "../../crypto/key-block-header.ts";
import { fromHex } from "../../wire/hex.ts";
import type { SlotKey } from "./key-store.ts";
import { ignored, type Outcome, reply, taken } from "./outcome.ts";
import type { PadMemory } from "./pad-memory.ts";

/** Under the key in this slot key blocks come in. */
const transportSlot = "F";
const slotUsages: readonly string[] = ["K0", "P0", "M3", "D0"];

/** Why a key is not taken, as the pad says it. */
const errors = {
	duplicate: "2",
	format: "A",
	tooLong: "B",
	unverified: "C",
	noTransportKey: "D",
	usage: "E",
} as const;

type LoadError = (typeof errors)[keyof typeof errors];

/** 02 `n key`: sent back to be compared, and stored when the host has acknowledged that. */
export function loadSlotKey(pad: PadMemory, data: string): Outcome {
	const slot = data.charAt(0);
	const carried = slotKeyIn(pad, slot, data.slice(1));
	if (carried === undefined) {
		return ignored;
	}
	if (typeof carried === "string") {
		return pad.options.dialect === "uic" ? reply(`02?${carried}`) : ignored;
	}
	return { kind: "reply", text: `02${data}`, whenAcknowledged: () => pad.keys.storeSlot(slot, carried) };
}

/** 90 `key ksn`, or a key block that carries the key serial number; 94 for UIC's second set. */
export function loadInitialKey(pad: PadMemory, engine: number, data: string): Outcome {
	const carried = initialKeyIn(pad, data);
	if (typeof carried === "string") {
		return reply(`911${carried}`);
	}
	pad.keys.storeEngine(engine, { key: carried.key, ksn: fromHex(carried.ksn) });
	return reply("910");
}

/** 96 `n`: which of UIC's two sets of DUKPT keys is used. */
export function selectKeySet(pad: PadMemory, set: string): Outcome {
	if (pad.options.dialect !== "uic" || !/^[01]$/.test(set)) {
		return ignored;
	}
	pad.engine = Number(set);
	return taken;
}

function slotKeyIn(pad: PadMemory, slot: string, text: string): SlotKey | LoadError | undefined {
	const lengths = pad.options.dialect === "uic" ? [32, 48] : [16];
	if (/^[\dA-F]+$/.test(text) && lengths.includes(text.length)) {
		return checkedKey(pad, slot, { key: clearTdesKey(fromHex(text)), usage: "K0" });
	}
	if (pad.options.dialect !== "uic" || !/^[A-D]/.test(text)) {
		return undefined;
	}
	const block = openBlock(pad, text);
	if (typeof block === "string") {
		return block;
	}
	return slotUsages.includes(block.header.usage)
		? checkedKey(pad, slot, { key: clearTdesKey(block.key), usage: block.header.usage })
		: errors.usage;
}

function checkedKey(pad: PadMemory, slot: string, key: SlotKey): SlotKey | LoadError | undefined {
	if (!/^[\dA-V]$/.test(slot)) {
		return undefined;
	}
	return pad.options.dialect === "uic" && pad.keys.holdsElsewhere(slot, key.key) ? errors.duplicate : key;
}

function initialKeyIn(pad: PadMemory, data: string): { readonly key: ClearTdesKey; readonly ksn: string } | LoadError {
	const clear = /^([\dA-F]{32})([\dA-F]{20})$/.exec(data);
	if (clear !== null) {
		const [, key = "", ksn = ""] = clear;
		return { key: clearTdesKey(fromHex(key)), ksn };
	}
	const block = pad.options.dialect === "uic" ? openBlock(pad, data) : errors.duplicate;
	if (typeof block === "string") {
		return block;
	}
	const { usage, optionalBlocks } = block.header;
	const ksn = optionalBlocks.find(({ id }) => id === "KS")?.data ?? "";
	if (usage !== "B1" || block.key.length !== 16 || !/^[\dA-F]{20}$/.test(ksn)) {
		return errors.usage;
	}
	return { key: clearTdesKey(block.key), ksn };
}

/** Opens a key block under the key in slot F, which must be at least as long as the key in it. */
function openBlock({ keys }: PadMemory, text: string): UnwrappedKeyBlock | LoadError {
	const transport = keys.slot(transportSlot);
	const header = headerOf(text);
	if (transport === undefined || header === undefined) {
		return transport === undefined ? errors.noTransportKey : errors.format;
	}
	if (header.algorithm !== "T" || header.totalLength !== text.length) {
		return errors.format;
	}
	const block = verified(transport.key, text);
	if (block === undefined) {
		return errors.unverified;
	}
	return block.key.length > transport.key.length ? errors.tooLong : block;
}

function headerOf(text: string): KeyBlockHeader | undefined {
	return orNothing(() => parseKeyBlockHeader(text));
}

function verified(transport: ClearTdesKey, text: string): UnwrappedKeyBlock | undefined {
	return orNothing(() => unwrapKeyBlock(transport, text));
}

function orNothing<T>(open: () => T): T | undefined {
	try {
		return open();
	} catch (thrown) {
		if (thrown instanceof CryptoError) {
			return undefined;
		}
		throw thrown;
	}
}
