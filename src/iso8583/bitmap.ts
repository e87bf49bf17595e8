/** Bytes of both halves of a bitmap: bit 1, the first of byte 0, says whether the second half is there. */
export const bitmapBytes = 16;

/** True when the bit of `field` (1 to 128) is set; bit 1 is the most significant of the first byte. */
export function hasBit(bitmap: Uint8Array, field: number): boolean {
	return ((bitmap[(field - 1) >> 3] ?? 0) & (0x80 >> ((field - 1) & 7))) !== 0;
}

/** Writes the fields whose bits are set into `fields`, in order and without bit 1; says how many they are. */
export function listFields(bitmap: Uint8Array, fields: Uint8Array): number {
	let count = 0;
	for (let at = 0; at < bitmap.length; at++) {
		let bits = at === 0 ? (bitmap[0] ?? 0) & 0x7f : (bitmap[at] ?? 0);
		while (bits !== 0) {
			const bit = Math.clz32(bits) - 24;
			fields[count++] = at * 8 + bit + 1;
			bits &= 0x7f >> bit;
		}
	}
	return count;
}

/** Sets the bit of `field`, and bit 1 with a field of the second half. */
export function setBit(bitmap: Uint8Array, field: number): void {
	const at = (field - 1) >> 3;
	bitmap[at] = (bitmap[at] ?? 0) | (0x80 >> ((field - 1) & 7));
	if (field > 64) {
		bitmap[0] = (bitmap[0] ?? 0) | 0x80;
	}
}
