import { type ClearTdesKey, clearTdesKey } from "../../crypto/clear/clear-keys.ts";
import { kcv } from "../../crypto/clear/kcv.ts";
import { tdes } from "../../crypto/clear/tdes.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { activeKey, keyFor, type PadMemory } from "./pad-memory.ts";
import type { KeyCipher } from "./settings.ts";
import { type Outcome, refuse } from "./status.ts";

/** Added to a slot number to ask for more than storing the key. */
const withMore = 0x40;

/** 32 `M key`: stores a master key, clear, or with M+40 in one of two dialects. */
export function loadMasterKey(pad: PadMemory, data: Bytes): Outcome {
	const { load40 } = pad.options.quirks;
	const { slot, more } = slotOf(data[0]);
	if (slot >= pad.options.masterSlots) {
		return refuse();
	}
	const received = clearTdesKey(data.slice(1));
	const key = more && load40 === "encrypted" ? decipheredBy(activeKey(pad), received) : received;
	if (key === undefined) {
		return refuse();
	}
	pad.keys.storeMaster(slot, key);
	return stored(pad, key, { cipher: pad.settings.masterCipher, asked: more && load40 === "check_value" });
}

/** 33 `M N key`: stores a working key that comes enciphered under master key M; with N+40 its check value goes back. */
export function loadWorkingKey(pad: PadMemory, data: Bytes): Outcome {
	const { masterCipher, workingCipher } = pad.settings;
	const master = data[0] ?? 0;
	const { slot, more } = slotOf(data[1]);
	const masterKey = pad.keys.master(master);
	if (masterKey === undefined || slot >= pad.options.workingSlots) {
		return refuse();
	}
	const cryptogram = clearTdesKey(data.slice(2));
	const key = clearTdesKey(tdes(keyFor(masterCipher, masterKey)).decipherEcb(cryptogram));
	pad.keys.storeWorking({ master, slot }, key);
	return stored(pad, key, { cipher: workingCipher, asked: more });
}

/** 43 `M N`: the working key that PINs, MACs and data are enciphered with from now on. */
export function activateWorkingKey(pad: PadMemory, data: Bytes): Outcome {
	const [master, slot] = data;
	if (data.length !== 2 || master === undefined || slot === undefined) {
		return refuse();
	}
	if (pad.keys.working({ master, slot }) === undefined) {
		return refuse();
	}
	pad.active = { master, slot };
	return { kind: "ok" };
}

function slotOf(byte = 0xff): { readonly slot: number; readonly more: boolean } {
	return { slot: byte & ~withMore, more: (byte & withMore) !== 0 };
}

function decipheredBy(key: ClearTdesKey | undefined, cryptogram: ClearTdesKey): ClearTdesKey | undefined {
	return key === undefined ? undefined : clearTdesKey(tdes(key).decipherEcb(cryptogram));
}

function stored(
	{ settings }: PadMemory,
	key: ClearTdesKey,
	use: { readonly cipher: KeyCipher; readonly asked: boolean },
): Outcome {
	if (!use.asked && settings.checkValues === "on_request") {
		return { kind: "ok" };
	}
	const form = { method: "ecb-zeros", length: settings.checkValueLength } as const;
	return { kind: "ok", data: kcv("TDES", keyFor(use.cipher, key), form).value };
}
