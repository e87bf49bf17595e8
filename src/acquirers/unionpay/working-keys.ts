import type { Bytes } from "../../wire/bytes.ts";
import type { WorkingKeyCryptogram } from "../profile.ts";
import type { UnionPaySettings } from "./settings.ts";

type KeySet = UnionPaySettings["signIn"]["keys"];

const kcvLength = 4;
const pinKeyLength: Readonly<Record<KeySet, 8 | 16>> = { "001": 8, "003": 16, "004": 16 };
const fieldLength: Readonly<Record<KeySet, number>> = { "001": 24, "003": 40, "004": 60 };

/**
 * The working keys of field 62 of a sign-in answer, each followed by four bytes of check value:
 * PIN key, MAC key, with 004 the track key. Undefined when the length is not that of the key set.
 */
export function parseWorkingKeys(
	field: Bytes,
	keys: KeySet,
	macKeyLength: 8 | 16,
): readonly WorkingKeyCryptogram[] | undefined {
	if (field.length !== fieldLength[keys]) {
		return undefined;
	}
	const macKeyAt = pinKeyLength[keys] + kcvLength;
	const pinKey = keyAt("TPK", field, 0, macKeyAt);
	if (keys === "001") {
		return [pinKey, keyAt("TAK", field, macKeyAt, field.length)];
	}
	const trackKeyAt = macKeyAt + 16 + kcvLength;
	const macKey = macKeyOf(field.subarray(macKeyAt, trackKeyAt), macKeyLength);
	return keys === "003" ? [pinKey, macKey] : [pinKey, macKey, keyAt("TDK", field, trackKeyAt, field.length)];
}

/** A key and its check value, filling the bytes from `start` to `end`. */
function keyAt(role: WorkingKeyCryptogram["role"], field: Bytes, start: number, end: number): WorkingKeyCryptogram {
	return { role, cryptogram: field.slice(start, end - kcvLength), kcv: field.slice(end - kcvLength, end) };
}

/**
 * The MAC key in its 20 bytes. An 8-byte key is followed by eight literal zeros and then its check value;
 * some regional hosts put the check value directly behind the key.
 */
function macKeyOf(room: Bytes, length: 8 | 16): WorkingKeyCryptogram {
	if (length === 16) {
		return keyAt("TAK", room, 0, room.length);
	}
	const kcv = room.subarray(8, 16).every((byte) => byte === 0) ? room.slice(16) : room.slice(8, 8 + kcvLength);
	return { role: "TAK", cryptogram: room.slice(0, 8), kcv };
}
