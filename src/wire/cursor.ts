/** Bytes and the place where the next one is read or written. */
export interface Cursor {
	readonly bytes: Uint8Array;
	at: number;
}
