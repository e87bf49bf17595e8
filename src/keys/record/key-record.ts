import {
	closeSync,
	existsSync,
	fchmodSync,
	fsyncSync,
	ftruncateSync,
	openSync,
	readFileSync,
	writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { type ChainHead, emptyChain } from "../../journal/chain.ts";
import { syncDirectory } from "../../journal/files.ts";
import { type Clock, rfc3339 } from "../../kernel/clock.ts";
import { Fault } from "../../kernel/fault.ts";
import type { KeyEvent } from "./entry.ts";
import { KeyBook } from "./key-book.ts";
import { formatLine, headText, type RecordedEntry, type WalkedRecord, walkLines } from "./record-line.ts";

/** Anybody may read a record and verify it, also while somebody writes it. The last line may still be on its way. */
export function readRecord(path: string): WalkedRecord & { readonly tornBytes: number } {
	const content = existsSync(path) ? readFileSync(path) : Buffer.alloc(0);
	const whole = content.lastIndexOf("\n") + 1;
	const lines = content.subarray(0, whole).toString("utf8").split("\n").slice(0, -1);
	return { ...walkLines(lines), tornBytes: content.length - whole };
}

/** True when the record once had this head, as printed on an export: it was continued since then, and nothing else. */
export function hasHead({ entries }: WalkedRecord, head: string): boolean {
	return head === headText(emptyChain) || entries.some(({ sequence, hash }) => head === `${sequence}:${hash}`);
}

/**
 * The key record: an append-only file of JSON lines, each chained to the one before by SHA-256, each on disk before
 * `append` returns. One process writes it.
 */
export class KeyRecord {
	readonly book = new KeyBook();
	readonly #clock: Clock;
	readonly #path: string;
	readonly #handle: number;
	readonly #entries: RecordedEntry[] = [];
	#head: ChainHead = emptyChain;
	/** After a failed write the file may end in half a line, which only a new start cuts off. */
	#failed = false;

	/**
	 * Opens the record, or begins one. What a power cut left of a line that was never acknowledged is cut off, and that
	 * is recorded.
	 * @throws Fault `record_damaged` with the line, `record_unwritable`
	 */
	constructor(path: string, clock: Clock) {
		const isNew = !existsSync(path);
		const { entries, head, brokenAt, tornBytes } = readRecord(path);
		if (brokenAt !== undefined) {
			throw new Fault("record_damaged", {
				detail: `The key record breaks at line ${brokenAt}`,
				context: { line: brokenAt },
			});
		}
		this.#clock = clock;
		this.#path = path;
		this.#handle = openSync(path, "a", 0o600);
		fchmodSync(this.#handle, 0o600);
		this.#head = head;
		entries.forEach((entry) => this.#take(entry));
		if (isNew) {
			syncDirectory(dirname(path));
		}
		if (tornBytes > 0) {
			ftruncateSync(this.#handle, readFileSync(path).length - tornBytes);
			this.append({ type: "torn_line_removed", bytes: tornBytes }, []);
		}
	}

	get entries(): readonly RecordedEntry[] {
		return this.#entries;
	}

	/** Number of entries and hash of the last one: whoever keeps it can prove later that nothing was changed. */
	get head(): string {
		return headText(this.#head);
	}

	/**
	 * Writes an event with the people who did it; it is on disk when the call returns.
	 * @throws Fault `record_unwritable`
	 */
	append(event: KeyEvent, by: readonly string[]): RecordedEntry {
		const stamp = { sequence: this.#head.sequence + 1, at: rfc3339(this.#clock.now()), by: [...by] };
		const { line, next } = formatLine(this.#head, { ...stamp, event });
		try {
			if (this.#failed) {
				throw new Error("an earlier entry could not be written");
			}
			writeSync(this.#handle, `${line}\n`);
			fsyncSync(this.#handle);
		} catch (cause) {
			this.#failed = true;
			throw new Fault("record_unwritable", { context: { file: this.#path }, cause });
		}
		this.#head = next.head;
		this.#take(next.entry);
		return next.entry;
	}

	close(): void {
		closeSync(this.#handle);
	}

	#take(entry: RecordedEntry): void {
		this.#entries.push(entry);
		this.book.apply(entry);
	}
}
