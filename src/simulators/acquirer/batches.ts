import type { LedgerEntry } from "./ledger.ts";

/** Which batch each terminal is in. */
export class Batches {
	readonly #present = new Map<string, string>();

	/** Goes on where the ledger ends. */
	constructor(entries: readonly LedgerEntry[]) {
		for (const { terminalId, batch, settled } of entries) {
			this.#present.set(terminalId, settled ? nextBatch(batch) : batch);
		}
	}

	get present(): readonly { readonly terminalId: string; readonly batch: string }[] {
		return Array.from(this.#present, ([terminalId, batch]) => ({ terminalId, batch }));
	}

	/** Undefined until the terminal has named its first batch. */
	of(terminalId: string): string | undefined {
		return this.#present.get(terminalId);
	}

	/** True when the terminal is in this batch; the first one it names is its own choice. */
	isPresent(terminalId: string, batch: string): boolean {
		const present = this.#present.get(terminalId);
		if (present === undefined) {
			this.#present.set(terminalId, batch);
		}
		return (present ?? batch) === batch;
	}

	/** Closes the present batch; the next number counts on. */
	advance(terminalId: string): void {
		const present = this.#present.get(terminalId);
		if (present !== undefined) {
			this.#present.set(terminalId, nextBatch(present));
		}
	}
}

/** 000001 follows 999999. */
function nextBatch(batch: string): string {
	return String((Number(batch) % 999_999) + 1).padStart(6, "0");
}
