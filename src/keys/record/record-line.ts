import { sha256 } from "../../crypto/digest.ts";
import { type ChainHead, emptyChain } from "../../journal/chain.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { toHex } from "../../wire/hex.ts";
import { eventSchema, type KeyEntry, stampSchema } from "./entry.ts";

/** A line of the record: `{"hash":"…","entry":{…}}`. What is hashed is the text of the entry, byte for byte. */
const beginning = '{"hash":"';
const middle = '","entry":';
const hashDigits = 64;
const entryAt = beginning.length + hashDigits + middle.length;

const entrySchema = stampSchema.extend({ event: eventSchema }).strict();
const utf8 = new TextEncoder();

/** An entry as it stands in the record, with its hash: lower-case hex. */
export type RecordedEntry = KeyEntry & { readonly hash: string };

/** The line of the next entry, without its end, and the head of the chain after it. */
export function formatLine(head: ChainHead, entry: KeyEntry): { readonly line: string; readonly next: Link } {
	const body = JSON.stringify(entrySchema.parse(entry));
	const next = link(head, body, entry);
	return { line: lineOf(next.entry.hash, body), next };
}

/** A record that was walked: its entries, its head, and the number of the first line that does not fit. */
export interface WalkedRecord {
	readonly entries: readonly RecordedEntry[];
	readonly head: ChainHead;
	readonly brokenAt: number | undefined;
}

/** Walks lines in order and stops at the first that does not continue the chain, or is none of ours. */
export function walkLines(lines: readonly string[]): WalkedRecord {
	const entries: RecordedEntry[] = [];
	let head = emptyChain;
	for (const line of lines) {
		const next = readLine(head, line);
		if (next === undefined) {
			return { entries, head, brokenAt: head.sequence + 1 };
		}
		entries.push(next.entry);
		head = next.head;
	}
	return { entries, head, brokenAt: undefined };
}

/** A head as people write it down: the number of entries, and the hash. */
export function headText({ sequence, hash }: ChainHead): string {
	return `${sequence}:${hashText(hash)}`;
}

/** An entry and the head of the chain after it. */
interface Link {
	readonly entry: RecordedEntry;
	readonly head: ChainHead;
}

function readLine(head: ChainHead, line: string): Link | undefined {
	const body = line.slice(entryAt, -1);
	const entry = parseEntry(body);
	if (entry?.sequence !== head.sequence + 1) {
		return undefined;
	}
	const next = link(head, body, entry);
	return line === lineOf(next.entry.hash, body) ? next : undefined;
}

function parseEntry(body: string): KeyEntry | undefined {
	try {
		return entrySchema.safeParse(JSON.parse(body)).data;
	} catch {
		return undefined;
	}
}

/** SHA-256 of the previous hash and the text: no line can be edited, moved, dropped or put in between. */
function link(head: ChainHead, body: string, entry: KeyEntry): Link {
	const hash = sha256(head.hash, utf8.encode(body));
	return { entry: { ...entry, hash: hashText(hash) }, head: { sequence: entry.sequence, hash } };
}

function lineOf(hash: string, body: string): string {
	return `${beginning}${hash}${middle}${body}}`;
}

function hashText(hash: Bytes): string {
	return toHex(hash).toLowerCase();
}
