/** Longitudinal redundancy check: the exclusive-or of all bytes (ISO 1155 without parity). */
export function lrc(bytes: Uint8Array): number {
	let check = 0;
	for (const byte of bytes) {
		check ^= byte;
	}
	return check;
}
