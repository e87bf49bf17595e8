import { appendFileSync, existsSync, readFileSync } from "node:fs";
import { z } from "zod";
import { paymentKinds } from "../../card/payment-kind.ts";

/** What names a transaction at the host: terminal, batch and trace number. */
export interface TransactionKey {
	readonly terminalId: string;
	readonly batch: string;
	readonly stan: string;
}

const keyFields = { terminalId: z.string(), batch: z.string(), stan: z.string() };

const entrySchema = z.strictObject({
	...keyFields,
	kind: z.enum(paymentKinds),
	state: z.enum(["approved", "declined", "reversed"]),
	/** What was asked for, minor units. */
	amount: z.int(),
	/** Less than `amount` when only a part was approved, 0 when nothing was. */
	approvedAmount: z.int(),
	maskedPan: z.string(),
	/** Settlement keeps them apart: cards of UnionPay, and of all others. */
	cardClass: z.enum(["domestic", "foreign"]),
	responseCode: z.string(),
	retrievalReference: z.string(),
	approvalCode: z.string().optional(),
	/** What an approved transaction corrects or completes. */
	original: z.strictObject(keyFields).optional(),
	/** A void of this transaction stands. */
	voided: z.boolean(),
	/** A completion of this pre-authorisation stands. */
	completed: z.boolean(),
	/** Minor units given back by refunds. */
	refunded: z.int(),
	/** Its batch is closed: nothing can be voided or reversed any more. */
	settled: z.boolean(),
	/** Reversals that named this transaction, repeats included. */
	reversals: z.int(),
	/** Field 39 of the last reversal. */
	reversalReason: z.string().optional(),
	/** RFC 3339. */
	at: z.string(),
});

/** The host's one line for a transaction. */
export type LedgerEntry = z.infer<typeof entrySchema>;

/** What the acquirer believes about the money: one entry a transaction, kept in memory and, as JSON lines, in a file. */
export class Ledger {
	readonly #entries = new Map<string, LedgerEntry>();
	readonly #file: string | undefined;

	/** Goes on with what the file holds; the last line of a transaction is the valid one. */
	constructor(file: string | undefined) {
		this.#file = file;
		for (const line of readLines(file)) {
			const entry = entrySchema.parse(JSON.parse(line));
			this.#entries.set(keyText(entry), entry);
		}
	}

	/** In the order in which the transactions came first. */
	get entries(): readonly LedgerEntry[] {
		return [...this.#entries.values()];
	}

	find(key: TransactionKey): LedgerEntry | undefined {
		return this.#entries.get(keyText(key));
	}

	write(entry: LedgerEntry): void {
		this.#entries.set(keyText(entry), entry);
		if (this.#file !== undefined) {
			appendFileSync(this.#file, `${JSON.stringify(entry)}\n`);
		}
	}
}

function keyText({ terminalId, batch, stan }: TransactionKey): string {
	return `${terminalId}/${batch}/${stan}`;
}

function readLines(file: string | undefined): readonly string[] {
	if (file === undefined || !existsSync(file)) {
		return [];
	}
	return readFileSync(file, "utf8")
		.split("\n")
		.filter((line) => line !== "");
}
