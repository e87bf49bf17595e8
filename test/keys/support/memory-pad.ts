import { type ClearTdesKey, clearTdesKey } from "../../../src/crypto/clear/clear-keys.ts";
import { unwrapKeyBlock } from "../../../src/crypto/clear/key-block.ts";
import { tdes } from "../../../src/crypto/clear/tdes.ts";
import type { KeyDelivery, KeyEvidence, KeyLoad, KeyLoading, KeyPlace } from "../../../src/devices/key-loading.ts";
import type { PinPad } from "../../../src/devices/pin-pad.ts";
import { Fault } from "../../../src/kernel/fault.ts";
import { placeText } from "../../../src/keys/place.ts";
import type { Bytes } from "../../../src/wire/bytes.ts";
import { toHex } from "../../../src/wire/hex.ts";
import { present } from "../../support/present.ts";

/** A pad without a line, whose memory a test can look into. It takes every TDES key in every form. */
export interface MemoryPad extends PinPad {
	readonly keyLoading: KeyLoading;
	readonly keys: Map<string, ClearTdesKey>;
	/** Loads that arrived, as slot and form. */
	readonly loads: string[];
	readonly ksns: string[];
	/** Called before and after each step; a test may throw here, as a lost line does. */
	trap: (step: string) => void;
	serial: string;
	/** What stands for each key's evidence; the check value unless a test says otherwise. */
	show: (key: ClearTdesKey) => KeyEvidence;
	/** Takes these forms only. */
	forms: readonly KeyDelivery["form"][];
}

export function memoryPad(serial: string): MemoryPad {
	const keys = new Map<string, ClearTdesKey>();
	const loads: string[] = [];
	const ksns: string[] = [];
	const keyAt = (place: KeyPlace): ClearTdesKey => present(keys.get(placeText(place)), placeText(place));
	const received = ({ delivery }: KeyLoad): Bytes => {
		switch (delivery.form) {
			case "clear":
				return delivery.key.slice();
			case "enciphered":
				return tdes(keyAt(delivery.under)).decipherEcb(delivery.cryptogram);
			case "key_block":
				return unwrapKeyBlock(keyAt({ kind: "transport" }), delivery.block).key;
		}
	};
	const evidenceOf = (place: KeyPlace): KeyEvidence => {
		const key = keys.get(placeText(place));
		return key === undefined ? { kind: "none" } : pad.show(key);
	};
	const step = async <T>(name: string, work: () => T): Promise<T> => {
		pad.trap(`before ${name}`);
		const result = work();
		pad.trap(`after ${name}`);
		return result;
	};
	const pad: MemoryPad = {
		category: "PinPad",
		identity: { model: "memory", version: "1", serialNumber: serial },
		health: { masterKeys: "held", battery: "good" },
		serial,
		keys,
		loads,
		ksns,
		trap: () => undefined,
		show: (key) => ({
			kind: "check_value",
			method: "ecb-zeros",
			value: tdes(key).encipherEcb(new Uint8Array(8)).slice(0, 4),
		}),
		forms: ["clear", "enciphered", "key_block"],
		keyLoading: {
			readSerialNumber: () => step("serial", () => pad.serial),
			formsFor: (_, cipher) => (cipher === "TDES" ? pad.forms : []),
			loadKey: (load) =>
				step("load", () => {
					keys.set(placeText(load.place), clearTdesKey(received(load)));
					loads.push(`${placeText(load.place)} ${load.delivery.form}`);
					ksns.push(...(load.ksn === undefined ? [] : [toHex(load.ksn)]));
					return evidenceOf(load.place);
				}),
			proveKey: (place) => step("prove", () => evidenceOf(place)),
			survey: () =>
				step("survey", () =>
					[...keys]
						.filter(([place]) => !place.startsWith("working"))
						.map(([place, key]) => ({ place: placeOfText(place), evidence: pad.show(key) })),
				),
		},
		checkHealth: async () => pad.health,
		updateKey: () => Promise.reject(new Fault("E_ILLEGAL")),
		enterPin: () => Promise.reject(new Fault("E_ILLEGAL")),
		computeMac: () => Promise.reject(new Fault("E_ILLEGAL")),
	};
	return pad;
}

function placeOfText(text: string): KeyPlace {
	const slot = Number(text.split(" ")[1]);
	return text === "transport"
		? { kind: "transport" }
		: text.startsWith("initial")
			? { kind: "initial", engine: slot }
			: { kind: "master", slot };
}
