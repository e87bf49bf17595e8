import { sha256 } from "../crypto/digest.ts";
import { type Bytes, equalBytes } from "../wire/bytes.ts";

/** An event as it lies on disk: `body` is the JSON text, byte for byte what was hashed. */
export interface StoredEvent {
	readonly sequence: number;
	readonly stream: string;
	readonly index: number;
	readonly body: string;
}

/** The newest event of a chain: its place and its hash. */
export interface ChainHead {
	readonly sequence: number;
	readonly hash: Bytes;
}

/** Before the first event: 32 zero bytes. */
export const emptyChain: ChainHead = { sequence: 0, hash: new Uint8Array(32) };

const utf8 = new TextEncoder();

/** SHA-256 of the previous hash and the event with its place: no row can be edited, moved, dropped or put in between. */
export function linkHash(previous: Bytes, { sequence, stream, index, body }: StoredEvent): Bytes {
	return sha256(previous, utf8.encode(`${JSON.stringify([sequence, stream, index])}${body}`));
}

/** What a walk found: how many events fit, and the sequence of the first that does not. */
export interface ChainCheck {
	readonly events: number;
	readonly brokenAt: number | undefined;
}

/** Walks the rows after `head` in order. Stops at the first that does not continue the chain. */
export function checkChain(
	head: ChainHead,
	rows: Iterable<{ readonly event: StoredEvent; readonly hash: Bytes }>,
): ChainCheck {
	let { sequence, hash } = head;
	for (const row of rows) {
		sequence += 1;
		hash = linkHash(hash, row.event);
		if (row.event.sequence !== sequence || !equalBytes(hash, row.hash)) {
			return { events: sequence - head.sequence - 1, brokenAt: sequence };
		}
	}
	return { events: sequence - head.sequence, brokenAt: undefined };
}
