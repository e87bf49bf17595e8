import type { Bytes } from "../wire/bytes.ts";

/** One thing that happened, as plain JSON. Never card data in clear, never a track, a PIN block or a key. */
export interface JournalEvent {
	readonly type: string;
	/** Wall clock in milliseconds since 1970-01-01 UTC. */
	readonly at: number;
}

/** An event in its place: `sequence` grows over the whole journal, `index` counts within its stream from 0. */
export interface Recorded<E extends JournalEvent = JournalEvent> {
	readonly sequence: number;
	readonly stream: string;
	readonly index: number;
	readonly event: E;
}

/** A name that may belong to one stream only, for ever: an idempotency key, a reference of a business day. */
export interface Claim {
	readonly scope: "idempotency" | "reference" | "correction";
	readonly key: string;
}

/** What a stream is found by later. */
export interface StreamOpening {
	readonly kind: "transaction" | "terminal" | "daemon";
	readonly lane?: string;
}

/**
 * One durable step of one stream: all of it or nothing.
 * Secrets are sealed with the data key before they touch the disk, and live outside the hash chain so that they can be erased.
 */
export interface JournalWrite {
	readonly stream: string;
	readonly events: readonly JournalEvent[];
	/** Present with the first events of a stream. */
	readonly open?: StreamOpening;
	/** True when nothing more is owed: recovery at start does not read the stream again. Later events may reopen it. */
	readonly settled?: boolean;
	readonly claims?: readonly Claim[];
	readonly keep?: readonly { readonly name: string; readonly value: Bytes }[];
	readonly erase?: readonly string[];
}

export type WriteResult =
	| { readonly kind: "written"; readonly sequence: number }
	/** Nothing was written: the claim belongs to another stream. */
	| { readonly kind: "claimed"; readonly claim: Claim; readonly owner: string };

/**
 * The durable truth: append-only, hash-chained, one writer.
 * Writes of the same moment share one fsync; none blocks the event loop.
 */
export interface Journal {
	/**
	 * Resolves when the step is on disk. Writes to one stream keep their order.
	 * @throws Fault `journal_unwritable` when the disk refuses; nothing of the step was stored
	 */
	write(step: JournalWrite): Promise<WriteResult>;
	/** All events of a stream in order; empty when there is no such stream. */
	read(stream: string): readonly Recorded[];
	/** Events after `sequence` in order, at most `limit`. */
	readAfter(sequence: number, limit: number): readonly Recorded[];
	/** Sequence of the newest event on disk, 0 when empty. */
	readonly head: number;
	/** Streams of a kind, newest first; `unsettled` only those that still owe something. */
	streams(filter: {
		readonly kind: StreamOpening["kind"];
		readonly lane?: string;
		readonly unsettled?: boolean;
		readonly limit: number;
	}): readonly string[];
	/** The stream that owns a claim. */
	owner(claim: Claim): string | undefined;
	/** A secret that was kept and not erased. */
	secret(stream: string, name: string): Bytes | undefined;
	/** Told of every event once it is on disk, in order of sequence. Returns the way to stop. */
	subscribe(listener: (recorded: Recorded) => void): () => void;
	/** HMAC-SHA-256 under the data key: compares card data with an earlier request without storing either. */
	fingerprint(data: Uint8Array): string;
	/** Walks the whole hash chain. */
	verify(): { readonly events: number; readonly brokenAt: number | undefined };
	close(): Promise<void>;
}
