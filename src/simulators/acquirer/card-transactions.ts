import { maskPan } from "../../card/pan.ts";
import { correctedBy, type PaymentKind } from "../../card/payment-kind.ts";
import { fieldText, type Message } from "../../iso8583/message.ts";
import { codeForAmount, isApproval } from "./amount-codes.ts";
import { type CorrectionRequest, consequences, correctionRefusal, namedOriginal } from "./corrections.ts";
import { type Decision, institution } from "./decision.ts";
import type { Ledger, LedgerEntry, TransactionKey } from "./ledger.ts";
import type { AcquirerOptions } from "./options.ts";
import type { References } from "./references.ts";
import type { PinVerdict, SecurityModule } from "./security-module.ts";
import { kindOf, repeatedKindOf } from "./transaction-kinds.ts";

interface TransactionParts {
	readonly options: AcquirerOptions;
	readonly security: SecurityModule;
	readonly ledger: Ledger;
	readonly references: References;
	readonly now: () => number;
	readonly complain: (mti: string, rule: string) => void;
}

type Card = AcquirerOptions["cards"][number];

const pinCodes: Readonly<Record<PinVerdict, string | undefined>> = { right: undefined, wrong: "55", malformed: "99" };

/** Only what is asked for anew can be approved in part. */
const divisible: ReadonlySet<PaymentKind> = new Set(["sale", "preauth"]);

/** The issuer's and the acquirer's word on card transactions, and what it does to the ledger. */
export class CardTransactions {
	readonly #parts: TransactionParts;
	readonly #usedTraces: Set<string>;

	constructor(parts: TransactionParts) {
		this.#parts = parts;
		this.#usedTraces = new Set(parts.ledger.entries.map(traceText));
	}

	/** A sale and its like, a balance, a correction: whatever is not a reversal. */
	authorise(message: Message, key: TransactionKey): Decision {
		const kind = kindOf(message)?.kind;
		if (kind === undefined) {
			return { code: "12" };
		}
		if (this.isUsed(key)) {
			this.#parts.complain(message.mti, "trace number used twice in one batch");
			return { code: "94" };
		}
		this.#usedTraces.add(traceText(key));
		const pan = panOf(message);
		const card = this.#parts.options.cards.find((card) => card.pan === pan);
		const amount = Number(fieldText(message, 4) ?? "0");
		const request = { kind, key, amount, maskedPan: maskPan(pan) };
		const original = namedOriginal(message, request, this.#parts.ledger);
		const code =
			this.#issuerCode(message, key.terminalId, card) ??
			(correctedBy(kind).length === 0 ? undefined : correctionRefusal(request, original)) ??
			codeForAmount(amount);
		const entry = this.#entryOf(request, card, divisible.has(kind) || code !== "10" ? code : "00", original);
		this.#parts.ledger.write(entry);
		if (entry.state === "approved") {
			this.#writeConsequences(entry, false);
		}
		return { code: entry.responseCode, fields: answerFields(entry, pan, card) };
	}

	/** A repeated reversal changes nothing and is answered like the first. */
	reverse(message: Message, key: TransactionKey): Decision {
		const { complain, ledger } = this.#parts;
		const entry = ledger.find(key);
		if (entry === undefined || entry.state === "declined") {
			return { code: "25" };
		}
		if (repeatedKindOf(message)?.kind !== entry.kind) {
			complain(message.mti, "the reversal is of another kind than the original");
			return { code: "25" };
		}
		if (Number(fieldText(message, 4)) !== entry.amount) {
			complain(message.mti, "amount differs from the original");
			return { code: "64" };
		}
		if (entry.settled) {
			complain(message.mti, "reversal of a settled transaction");
			return { code: "12" };
		}
		if (entry.voided || entry.completed || entry.refunded > 0) {
			complain(message.mti, "reversal of a transaction that was corrected");
			return { code: "12" };
		}
		const reversalReason = fieldText(message, 39);
		ledger.write({
			...entry,
			state: "reversed",
			reversals: entry.reversals + 1,
			...(reversalReason === undefined ? {} : { reversalReason }),
		});
		if (entry.state === "approved") {
			this.#writeConsequences(entry, true);
		}
		return { code: "00" };
	}

	isUsed(key: TransactionKey): boolean {
		return this.#usedTraces.has(traceText(key));
	}

	#writeConsequences(entry: LedgerEntry, undone: boolean): void {
		for (const changed of consequences(entry, this.#parts.ledger, { undone })) {
			this.#parts.ledger.write(changed);
		}
	}

	/** What the issuer has against the card or the PIN; undefined when nothing. */
	#issuerCode(message: Message, terminalId: string, card: Card | undefined): string | undefined {
		if (card === undefined) {
			return "14";
		}
		const pinBlock = message.fields[52];
		return pinBlock === undefined || typeof pinBlock === "string"
			? undefined
			: pinCodes[this.#parts.security.verifyPin(terminalId, pinBlock, card)];
	}

	#entryOf(
		{ kind, key, amount, maskedPan }: CorrectionRequest,
		card: Card | undefined,
		code: string,
		original: LedgerEntry | undefined,
	): LedgerEntry {
		const { references, now } = this.#parts;
		const approved = isApproval(code);
		const retrievalReference = references.next();
		return {
			...key,
			kind,
			state: approved ? "approved" : "declined",
			amount,
			approvedAmount: approved ? approvedPart(amount, code) : 0,
			maskedPan,
			cardClass: (card?.scheme ?? "CUP") === "CUP" ? "domestic" : "foreign",
			responseCode: code,
			retrievalReference,
			...(approved && kind !== "balance" ? { approvalCode: retrievalReference.slice(-6) } : {}),
			...(approved && original !== undefined ? { original: keyOf(original) } : {}),
			voided: false,
			completed: false,
			refunded: 0,
			settled: false,
			reversals: 0,
			at: new Date(now()).toISOString(),
		};
	}
}

function approvedPart(amount: number, code: string): number {
	return code === "10" ? Math.trunc(amount / 2) : amount;
}

function answerFields(entry: LedgerEntry, pan: string, card: Card | undefined): Message["fields"] {
	const { kind, amount, responseCode, retrievalReference, approvalCode } = entry;
	return {
		2: pan,
		37: retrievalReference,
		44: `${"01020000".padEnd(11)}${institution.padEnd(11)}`,
		63: card?.scheme ?? "CUP",
		...(kind === "balance" ? {} : { 4: String(approvedPart(amount, responseCode)).padStart(12, "0") }),
		...(approvalCode === undefined ? {} : { 38: approvalCode }),
		...(kind === "balance" && card !== undefined && entry.state === "approved"
			? { 54: balanceText(card.balance) }
			: {}),
	};
}

/** Field 54: account type, amount type 02 (available), currency, sign, amount. */
function balanceText(balance: number): string {
	return `0002156${balance < 0 ? "D" : "C"}${String(Math.abs(balance)).padStart(12, "0")}`;
}

/** From field 2, else from track 2. */
function panOf(message: Message): string {
	return fieldText(message, 2) ?? fieldText(message, 35)?.split(/[D=]/)[0] ?? "";
}

function keyOf({ terminalId, batch, stan }: TransactionKey): TransactionKey {
	return { terminalId, batch, stan };
}

function traceText({ terminalId, batch, stan }: TransactionKey): string {
	return `${terminalId}/${batch}/${stan}`;
}
