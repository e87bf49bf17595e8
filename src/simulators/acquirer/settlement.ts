import { fieldText, type Message } from "../../iso8583/message.ts";
import type { Batches } from "./batches.ts";
import { type Decision, networkCodeOf } from "./decision.ts";
import type { Ledger, LedgerEntry, TransactionKey } from "./ledger.ts";
import {
	type BatchTotals,
	compareTotals,
	type Flag,
	type Flags,
	isCounted,
	parseTotals,
	totalsOf,
	totalsOff,
	totalsText,
} from "./totals.ts";
import { listedRecords, singleRecord, type UploadRecord, type UploadVerdict, uploadVerdict } from "./uploads.ts";

/** How a settlement is made to go wrong. */
export interface SettlementTwist {
	/** The host's own totals are off by so many minor units. */
	readonly difference: number;
	/** The host does not compare at all. */
	readonly error: boolean;
}

/** What the host knows of a batch. */
export interface BatchBook {
	readonly terminalId: string;
	readonly batch: string;
	readonly state: "open" | "settling" | "closed";
	/** The host's own totals. */
	readonly totals: BatchTotals;
	/** The totals the terminal told, and what the host said to them. */
	readonly told?: BatchTotals;
	readonly flags?: Flags;
	readonly records: readonly (UploadRecord & { readonly verdict: UploadVerdict })[];
	/** Records that came again. */
	readonly duplicates: number;
	/** Field 60.3 of the end: 207 when the totals agreed, 202 when not. */
	readonly end?: string;
	/** Trace numbers in the host's books that a card class without agreement left out of its upload. */
	readonly missing: readonly string[];
}

interface SettlementParts {
	readonly ledger: Ledger;
	readonly batches: Batches;
	readonly complain: (mti: string, rule: string) => void;
}

const error: Flags = { domestic: "3", foreign: "3" };

/** The end of a terminal's day: totals compared, transactions uploaded, batch closed. */
export class Settlement {
	readonly #parts: SettlementParts;
	/** Batches whose settlement has begun or is over. */
	readonly #books = new Map<string, BatchBook>();

	constructor(parts: SettlementParts) {
		this.#parts = parts;
	}

	/** Every batch the host has seen, and the present one of each terminal. */
	get books(): readonly BatchBook[] {
		const named = [...this.#parts.ledger.entries, ...this.#books.values(), ...this.#parts.batches.present];
		const books = new Map(named.map((key) => [bookKey(key), this.#bookOf(key)]));
		return [...books.values()];
	}

	/** 0500: the answer has flags in field 48 and no response code. A repeat goes on with the records that came before. */
	settle(message: Message, key: TransactionKey, { difference, error: fails }: SettlementTwist): Decision {
		const book = this.#bookOf(key);
		const totals = totalsOff(totalsOf(this.#entriesOf(key)), difference);
		const answer = (flags: Flags): Decision => ({
			code: undefined,
			fields: { 48: totalsText(totals, flags), 63: fieldText(message, 63) ?? "" },
		});
		if (fails) {
			return answer(error);
		}
		if (!this.#parts.batches.isPresent(key.terminalId, key.batch)) {
			this.#parts.complain(message.mti, "another batch than the present one");
			return answer(error);
		}
		const told = parseTotals(fieldText(message, 48) ?? "");
		const flags = compareTotals(totals, told);
		this.#keep({ ...book, state: "settling", totals, told, flags });
		return answer(flags);
	}

	/** 0320: records, or the end of them. A repeat is answered like the first. */
	upload(message: Message, key: TransactionKey): Decision {
		const book = this.#bookOf(key);
		const networkCode = networkCodeOf(message);
		if (book.state === "closed" && book.end === networkCode) {
			return { code: "00" };
		}
		if (book.state !== "settling") {
			this.#parts.complain(message.mti, "an upload without a settlement");
			return { code: "12" };
		}
		switch (networkCode) {
			case "000":
				return this.#take(book, [singleRecord(message)]);
			case "201":
				return this.#take(book, listedRecords(message));
			default:
				return this.#end(message, book, networkCode);
		}
	}

	/** A card transaction makes the totals of a settlement that has begun void: it must begin again. */
	disturb(mti: string, key: TransactionKey): void {
		const book = this.#books.get(bookKey(key));
		if (book?.state !== "settling") {
			return;
		}
		if (book.records.length > 0) {
			this.#parts.complain(mti, "a card transaction while its batch is being uploaded");
		}
		this.#books.delete(bookKey(key));
	}

	#take(book: BatchBook, records: readonly UploadRecord[]): Decision {
		const after = records.reduce((now, record) => this.#withRecord(now, record), book);
		this.#keep(after);
		return { code: "00" };
	}

	#withRecord(book: BatchBook, record: UploadRecord): BatchBook {
		if (book.records.some(({ stan }) => stan === record.stan)) {
			return { ...book, duplicates: book.duplicates + 1 };
		}
		const entry = this.#parts.ledger.find({ ...book, stan: record.stan });
		for (const rule of recordViolations(book, record, entry)) {
			this.#parts.complain("0320", rule);
		}
		return { ...book, records: [...book.records, { ...record, verdict: uploadVerdict(record, entry) }] };
	}

	#end(message: Message, book: BatchBook, networkCode: string): Decision {
		const { batches, complain, ledger } = this.#parts;
		const agreed = book.flags?.domestic === "1" && book.flags.foreign === "1";
		if (networkCode !== (agreed ? "207" : "202")) {
			complain(message.mti, `the end is ${networkCode}, but the totals ${agreed ? "agreed" : "did not agree"}`);
			return { code: "30" };
		}
		const count = Number(fieldText(message, 48));
		if (count !== book.records.length) {
			complain(message.mti, `the end names ${count} records, but ${book.records.length} came`);
			return { code: "95" };
		}
		const entries = this.#entriesOf(book);
		this.#keep({ ...book, state: "closed", end: networkCode, missing: missingFrom(book, entries) });
		for (const entry of entries) {
			ledger.write({ ...entry, settled: true });
		}
		batches.advance(book.terminalId);
		return { code: "00" };
	}

	#keep(book: BatchBook): void {
		this.#books.set(bookKey(book), book);
	}

	#bookOf(key: Pick<TransactionKey, "terminalId" | "batch">): BatchBook {
		const entries = this.#entriesOf(key);
		return (
			this.#books.get(bookKey(key)) ?? {
				terminalId: key.terminalId,
				batch: key.batch,
				state: entries.some(({ settled }) => settled) ? "closed" : "open",
				totals: totalsOf(entries),
				records: [],
				duplicates: 0,
				missing: [],
			}
		);
	}

	#entriesOf({ terminalId, batch }: Pick<TransactionKey, "terminalId" | "batch">): readonly LedgerEntry[] {
		return this.#parts.ledger.entries.filter((entry) => entry.terminalId === terminalId && entry.batch === batch);
	}
}

/** Listed are sales, voids and completions of a card class whose totals did not agree. */
function recordViolations(book: BatchBook, record: UploadRecord, entry: LedgerEntry | undefined): readonly string[] {
	const flag: Flag | undefined = record.cardClass === undefined ? undefined : book.flags?.[record.cardClass];
	return [
		...(flag === "1" ? ["a record of a card class whose totals agreed"] : []),
		...(record.form === "listed" && entry?.kind === "refund" ? ["a refund is uploaded by itself"] : []),
		...(record.form === "single" && entry !== undefined && entry.kind !== "refund"
			? ["only a refund is uploaded by itself"]
			: []),
	];
}

function missingFrom({ flags, records }: BatchBook, entries: readonly LedgerEntry[]): readonly string[] {
	return entries
		.filter((entry) => flags?.[entry.cardClass] === "2" && isCounted(entry))
		.map(({ stan }) => stan)
		.filter((stan) => !records.some((record) => record.stan === stan));
}

function bookKey({ terminalId, batch }: Pick<TransactionKey, "terminalId" | "batch">): string {
	return `${terminalId}/${batch}`;
}
