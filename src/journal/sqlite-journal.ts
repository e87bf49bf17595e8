import type { Events } from "../kernel/events.ts";
import { Fault } from "../kernel/fault.ts";
import type { Log } from "../kernel/log.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { DataKey } from "./data-key.ts";
import type { Claim, Journal, JournalWrite, Recorded, WriteResult } from "./journal.ts";
import type { Reader } from "./reader.ts";
import type { WriteQueue } from "./write-queue.ts";
import type { SealedStep } from "./writer.ts";

interface JournalParts {
	readonly reader: Reader;
	readonly queue: WriteQueue;
	readonly key: DataKey;
	readonly recorded: Events<Recorded>;
	readonly log: Log;
	/** Closes the reading connection and lets the lock go. */
	readonly release: () => void;
}

/** The contract over one SQLite file: writes go through the queue to a thread, reads are answered here. */
export class SqliteJournal implements Journal {
	readonly #parts: JournalParts;
	#head: number;

	constructor(parts: JournalParts) {
		this.#parts = parts;
		this.#head = parts.reader.head();
	}

	get head(): number {
		return this.#head;
	}

	async write(step: JournalWrite): Promise<WriteResult> {
		const result = await this.#parts.queue.submit(this.#seal(step));
		switch (result.kind) {
			case "written":
				return this.#publish(step, result);
			case "claimed":
				return result;
			case "failed":
				throw new Fault(result.code, { detail: result.detail, context: { stream: step.stream } });
		}
	}

	read(stream: string): readonly Recorded[] {
		return this.#parts.reader.stream(stream, this.#head);
	}

	/** Ends at `head`, which moves just before listeners are told: reading on and then subscribing misses and repeats nothing. */
	readAfter(sequence: number, limit: number): readonly Recorded[] {
		return this.#parts.reader.after(sequence, this.#head, limit);
	}

	streams(filter: Parameters<Journal["streams"]>[0]): readonly string[] {
		return this.#parts.reader.streams(filter);
	}

	owner(claim: Claim): string | undefined {
		return this.#parts.reader.owner(claim);
	}

	secret(stream: string, name: string): Bytes | undefined {
		const sealed = this.#parts.reader.sealed(stream, name);
		if (sealed === undefined) {
			return undefined;
		}
		try {
			return this.#parts.key.open(stream, name, sealed);
		} catch (cause) {
			throw new Fault("journal_corrupt", { detail: "A sealed secret was changed", context: { stream, name }, cause });
		}
	}

	subscribe(listener: (recorded: Recorded) => void): () => void {
		return this.#parts.recorded.subscribe(listener);
	}

	fingerprint(data: Uint8Array): string {
		return this.#parts.key.fingerprint(data);
	}

	verify(): { readonly events: number; readonly brokenAt: number | undefined } {
		return this.#parts.reader.verify(0);
	}

	async close(): Promise<void> {
		await this.#parts.queue.close();
		this.#parts.release();
	}

	#seal({ stream, events, keep, ...rest }: JournalWrite): SealedStep {
		const bodies = events.map((event) => JSON.stringify(event));
		if (keep === undefined) {
			return { ...rest, stream, bodies };
		}
		const sealed = keep.map(({ name, value }) => ({ name, sealed: this.#parts.key.seal(stream, name, value) }));
		return { ...rest, stream, bodies, keep: sealed };
	}

	#publish(
		{ stream, events }: JournalWrite,
		first: { readonly sequence: number; readonly index: number },
	): WriteResult {
		for (const [offset, event] of events.entries()) {
			const sequence = first.sequence + offset;
			this.#head = sequence;
			this.#tell({ sequence, stream, index: first.index + offset, event });
		}
		return { kind: "written", sequence: this.#head };
	}

	/** A listener that throws has its own problem: the step is on disk. */
	#tell(recorded: Recorded): void {
		try {
			this.#parts.recorded.emit(recorded);
		} catch (cause) {
			this.#parts.log.error("a listener of the journal failed", { sequence: recorded.sequence, cause });
		}
	}
}
