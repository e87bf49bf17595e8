import { fromHex, toHex } from "../../wire/hex.ts";

const idLength = 8;

/**
 * The part of a key serial number that names one initial key, whatever its counter: of 10 bytes the first 8 without the
 * 21 bits of the counter (X9.24-1:2009), of 12 the first 8, the initial key id (X9.24-3:2017).
 */
export function serialNumberId(ksn: string): string {
	const id = fromHex(ksn).slice(0, idLength);
	if (ksn.length === 20) {
		id[idLength - 1] = (id[idLength - 1] ?? 0) & 0xe0;
	}
	return toHex(id);
}
