import type { PinPadIdentity } from "../../devices/pin-pad.ts";
import { type Bytes, fromLatin1 } from "../../wire/bytes.ts";
import { toHex } from "../../wire/hex.ts";

const textLength = 16;
const trailerLength = 2;
/** The serial number takes four BCD bytes on some firmwares, eight on others. */
const serialLengths = [4, 8] as const;

/** Reads the answer to the version command: text, serial number in BCD, two more bytes. Nothing when it is no such answer. */
export function readIdentity(data: Bytes): PinPadIdentity | undefined {
	const serialLength = data.length - textLength - trailerLength;
	if (!serialLengths.some((length) => length === serialLength)) {
		return undefined;
	}
	const version = fromLatin1(data.slice(0, textLength))
		.replaceAll(/[^\x20-\x7e]/g, " ")
		.trim();
	const model = version.split(/\s+/)[0] ?? "";
	return {
		model: model === "" ? "KMY350x" : model,
		version,
		serialNumber: toHex(data.slice(textLength, textLength + serialLength)),
	};
}
