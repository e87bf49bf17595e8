import { type ClearTdesKey, clearTdesKey } from "../../src/crypto/clear/clear-keys.ts";
import { clearPin } from "../../src/crypto/clear/clear-pin.ts";
import { cupMac } from "../../src/crypto/clear/cup-mac.ts";
import { kcv } from "../../src/crypto/clear/kcv.ts";
import { macAlgorithm3 } from "../../src/crypto/clear/mac.ts";
import { encodePinBlock } from "../../src/crypto/clear/pin-block.ts";
import { tdes } from "../../src/crypto/clear/tdes.ts";
import type { DeviceState, ManagedDevice } from "../../src/devices/device.ts";
import type { KeySlot, PinPad } from "../../src/devices/pin-pad.ts";
import { Events } from "../../src/kernel/events.ts";
import { Fault } from "../../src/kernel/fault.ts";
import { fromLatin1, latin1 } from "../../src/wire/bytes.ts";
import { fromHex } from "../../src/wire/hex.ts";
import { present } from "./present.ts";

type PadState = {
	unplugged: boolean /** Without one, the person presses cancel. */;
	pin: string | undefined;
	macsUntilUnplugged: number;
};

/** A pad with real keys and no line: for tests of what happens above the driver. */
export interface ClearPad {
	readonly device: ManagedDevice<PinPad>;
	readonly state: PadState;
}

const tmk = clearTdesKey(fromHex("258FB0AB70D025CDB99DF2C4D302D646"));
const pan = "6222020123456789";

/** `loaded`: keys that are in it from the beginning, by `master/slot`. */
export function clearPad(loaded: ReadonlyMap<string, ClearTdesKey> = new Map()): ClearPad {
	const state: PadState = { unplugged: false, pin: "123456", macsUntilUnplugged: Number.POSITIVE_INFINITY };
	const keys = new Map(loaded);
	const keyAt = ({ master, slot }: KeySlot): ClearTdesKey => present(keys.get(`${master}/${slot}`), "key");
	const plugged = (): void => {
		if (state.unplugged) {
			throw new Fault("E_NOHARDWARE");
		}
	};
	const pad: PinPad = {
		category: "PinPad",
		identity: { model: "clear pad", version: "1", serialNumber: "1" },
		health: { masterKeys: "held", battery: "good" },
		checkHealth: async () => ({ masterKeys: "held", battery: "good" }),
		async updateKey({ at, cryptogram }) {
			plugged();
			const key = clearTdesKey(tdes(tmk).decipherEcb(cryptogram));
			keys.set(`${at.master}/${at.slot}`, key);
			return kcv("TDES", key, { method: "ecb-zeros", length: 4 }).value;
		},
		async enterPin({ at, panDigits }) {
			plugged();
			if (state.pin === undefined) {
				return { kind: "cancelled" };
			}
			if (fromLatin1(panDigits) !== pan.slice(-13, -1)) {
				throw new Error("not the digits of the card");
			}
			const block = encodePinBlock(clearPin(state.pin), { format: 0, pan });
			const pinBlock = tdes(keyAt(at)).encipherEcb(block);
			return { kind: "entered", pin: { pinBlock, format: 0, key: { kind: "session", at } } };
		},
		async computeMac({ at, data, algorithm }) {
			plugged();
			state.macsUntilUnplugged -= 1;
			state.unplugged = state.macsUntilUnplugged <= 0;
			const key = keyAt(at);
			return algorithm === "x9.19" ? macAlgorithm3(key, data, 1) : latin1(cupMac(key, data).slice(0, 8));
		},
	};
	const enabled: DeviceState = { state: "enabled", since: 0, model: "clear pad" };
	const device: ManagedDevice<PinPad> = {
		id: "pad1",
		driver: "clear",
		category: "PinPad",
		port: "none",
		state: enabled,
		changes: new Events(),
		use() {
			plugged();
			return pad;
		},
	};
	return { device, state };
}
