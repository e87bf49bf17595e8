import type { BlockCipher } from "../../crypto/clear/block-cipher.ts";
import { tdes } from "../../crypto/clear/tdes.ts";
import { type Bytes, latin1 } from "../../wire/bytes.ts";
import { toHex } from "../../wire/hex.ts";
import { padMac } from "./pad-mac.ts";
import { activeKey, type PadMemory } from "./pad-memory.ts";
import { type Outcome, refuse } from "./status.ts";

const zeroIv = new Uint8Array(8);

/** 36 `8·n bytes`, as 46 07 says: block by block or chained from zero. */
export function encipher(pad: PadMemory, data: Bytes): Outcome {
	return withActiveKey(pad, data, (cipher) =>
		pad.settings.chaining === "cbc" ? cipher.encipherCbc(zeroIv, data) : cipher.encipherEcb(data),
	);
}

/** 37 `8·n bytes`. */
export function decipher(pad: PadMemory, data: Bytes): Outcome {
	return withActiveKey(pad, data, (cipher) =>
		pad.settings.chaining === "cbc" ? cipher.decipherCbc(zeroIv, data) : cipher.decipherEcb(data),
	);
}

/** 41 `data`: its MAC in the mode of 46 06. */
export function mac(pad: PadMemory, data: Bytes): Outcome {
	const { macDataLimit, macReply } = pad.options.quirks;
	const { macMode } = pad.settings;
	const key = activeKey(pad);
	if (key === undefined || data.length === 0 || data.length > macDataLimit) {
		return refuse();
	}
	const value = padMac(macMode, key, data);
	const asText = macMode === "cup_ecb" && macReply === "hex";
	return { kind: "ok", data: asText ? latin1(toHex(value.slice(0, 4))) : value };
}

function withActiveKey(pad: PadMemory, data: Bytes, use: (cipher: BlockCipher) => Bytes): Outcome {
	const key = activeKey(pad);
	return key === undefined || data.length === 0 ? refuse() : { kind: "ok", data: use(tdes(key)) };
}
