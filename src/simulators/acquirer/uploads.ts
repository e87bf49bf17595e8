import { maskPan } from "../../card/pan.ts";
import { fieldText, type Message } from "../../iso8583/message.ts";
import type { LedgerEntry } from "./ledger.ts";
import { type CardClass, isCounted } from "./totals.ts";

/** One transaction as the terminal uploads it. */
export interface UploadRecord {
	readonly stan: string;
	/** A single upload does not say. */
	readonly cardClass: CardClass | undefined;
	readonly maskedPan: string;
	readonly amount: number;
	/** How it came: with others in field 48, or by itself. */
	readonly form: "listed" | "single";
}

/** The record beside the host's own books. */
export type UploadVerdict = "matched" | "differs" | "unknown";

/** The records of field 48: class 2, trace number 6, PAN 20 right-aligned behind zeros, amount 12. */
export function listedRecords(message: Message): readonly UploadRecord[] {
	const records = (fieldText(message, 48) ?? "").slice(2).match(/\d{40}/g) ?? [];
	return records.map((record) => ({
		stan: record.slice(2, 8),
		cardClass: record.startsWith("00") ? "domestic" : "foreign",
		maskedPan: maskPan(record.slice(8, 28).replace(/^0+/, "")),
		amount: Number(record.slice(28)),
		form: "listed",
	}));
}

/** A transaction that is uploaded by itself keeps its own trace number. */
export function singleRecord(message: Message): UploadRecord {
	return {
		stan: fieldText(message, 11) ?? "",
		cardClass: undefined,
		maskedPan: maskPan(fieldText(message, 2) ?? ""),
		amount: Number(fieldText(message, 4)),
		form: "single",
	};
}

export function uploadVerdict(record: UploadRecord, entry: LedgerEntry | undefined): UploadVerdict {
	if (entry === undefined || !isCounted(entry)) {
		return "unknown";
	}
	return record.amount === entry.approvedAmount &&
		record.maskedPan === entry.maskedPan &&
		(record.cardClass ?? entry.cardClass) === entry.cardClass
		? "matched"
		: "differs";
}
