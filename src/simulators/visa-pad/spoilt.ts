import { type Bytes, concatBytes } from "../../wire/bytes.ts";
import { visaFraming } from "../../wire/visa-framing.ts";
import type { PacketFaults } from "./faults.ts";

/** The frame of a reply as a broken pad or line delivers it. */
export function spoiltFrame(frame: Bytes, faults: PacketFaults): Bytes {
	const echoed = faults.has("wrong_echo") ? withOtherCharacter(frame) : frame;
	const checked = faults.has("bad_lrc") ? withWrongCheck(echoed) : echoed;
	const truncated = faults.get("truncated");
	return truncated === undefined ? checked : checked.slice(0, Number(truncated.value ?? frame.length >> 1));
}

/** The character with its even parity bit in front of its seven bits. */
export function withEvenParity(character: number): number {
	const ones = character.toString(2).replaceAll("0", "").length;
	return ones % 2 === 0 ? character : character | 0x80;
}

/** The last character of the text, replaced by another one; the check byte is right. */
function withOtherCharacter(frame: Bytes): Bytes {
	const payload = frame.slice(0, -2);
	const [zero, one] = [0x30, 0x31];
	payload[payload.length - 1] = payload.at(-1) === zero ? one : zero;
	return visaFraming.encode(payload);
}

/** A check byte with another value that is no start mark. */
function withWrongCheck(frame: Bytes): Bytes {
	return concatBytes(frame.slice(0, -1), Uint8Array.of((frame.at(-1) ?? 0) ^ 0x40));
}
