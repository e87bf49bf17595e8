import { z } from "zod";
import { paymentKinds } from "../card/payment-kind.ts";
import { safeToRetry, type Transaction } from "../journal/transaction.ts";
import { rfc3339 } from "../kernel/clock.ts";
import { faultCodes } from "../kernel/fault-codes.ts";
import type { Corrected } from "../payments/correction-rules.ts";
import type { Payments } from "../payments/payments.ts";
import { document, moment } from "./documents.ts";

const replyDocument = z.object({
	responseCode: z.string().meta({ description: "As the host gave it (ISO 8583 DE 39)", examples: ["00"] }),
	text: z.object({ en: z.string(), zh: z.string() }).nullable().meta({ description: "For the cashier" }),
	action: z
		.enum(["none", "sign_in", "sign_in_and_repeat", "ask_pin_again", "retain_card", "stop_terminal"])
		.nullable()
		.meta({ description: "What the host wants done; the daemon does the signing in by itself" }),
	approvalCode: z.string().nullable(),
	retrievalReference: z.string().nullable(),
	settlementDate: z.string().nullable(),
	issuer: z.string().nullable(),
	scheme: z.string().nullable(),
	approvedAmount: z.int().nullable().meta({ description: "Minor units, when less than asked was approved" }),
	balance: z.int().nullable().meta({ description: "Minor units, when that was the question" }),
});

const reversalDocument = z.object({
	state: z
		.enum(["owed", "reversed", "released"])
		.meta({ description: "`released`: a person has taken it over, nothing is sent any more" }),
	reason: z.enum(["no_answer", "mac_wrong", "not_completed"]),
	detail: z.string(),
	attempts: z.int(),
	lastFailure: z.string().nullable(),
});

const slipDocument = z.object({
	job: z.string(),
	copy: z.enum(["merchant", "customer"]),
	state: z.enum(["queued", "printed", "unknown"]),
	duplicate: z.boolean(),
});

const originalDocument = z.object({
	transaction: z.string().nullable(),
	stan: z.string().nullable(),
	batch: z.string().nullable(),
	date: z.string().nullable().meta({ description: "`MMDD` at the host" }),
	retrievalReference: z.string().nullable(),
	approvalCode: z.string().nullable(),
});

const correctedDocument = z.object({
	voidedBy: z.string().nullable().meta({ description: "Id of the transaction that undid it" }),
	completedBy: z.string().nullable(),
	refunded: z.int().meta({ description: "Minor units, over all refunds" }),
	underWay: z.string().nullable().meta({ description: "A correction that is not at its end" }),
});

/** A transaction as clients see it. Every key is always there; `null` means "not (yet) known". */
export const transactionDocument = document(
	"Transaction",
	z.object({
		id: z.string().meta({ examples: ["txn_01KB0Q3Z5T8W2Y4N6P7R9S1V3X"] }),
		type: z.enum(paymentKinds),
		lane: z.string(),
		amount: z.int().meta({ description: "Minor units", examples: [1250] }),
		currency: z.string().meta({ description: "ISO 4217", examples: ["CNY"] }),
		reference: z.string().meta({ description: "The till's own number" }),
		businessDay: z.string().meta({ examples: ["20260102"] }),
		idempotencyKey: z.string(),
		state: z
			.enum(["accepted", "waiting_card", "waiting_pin", "authorizing", "reversing", "cancel_requested", "finished"])
			.meta({ description: "Where it is" }),
		outcome: z
			.enum(["approved", "partially_approved", "declined", "cancelled", "failed", "unknown"])
			.meta({ description: "How it ended; `unknown` until it has" }),
		moneyMoved: z.enum(["no", "yes", "unknown"]),
		safeToRetry: z.boolean().meta({ description: "Finished without money: may be sold again under a new key" }),
		acceptedAt: moment,
		finishedAt: moment.nullable(),
		card: z
			.object({ entry: z.enum(["magnetic", "manual"]), maskedPan: z.string() })
			.nullable()
			.meta({ description: "First six and last four digits" }),
		pin: z.enum(["entered", "bypassed", "not_required"]).nullable(),
		host: z
			.object({
				acquirer: z.string(),
				terminalId: z.string(),
				merchantId: z.string(),
				stan: z.string(),
				batch: z.string(),
			})
			.nullable()
			.meta({ description: "What the acquirer knows it by" }),
		reply: replyDocument.nullable().meta({ description: "What the host said" }),
		fault: z
			.object({ code: z.string(), detail: z.string(), action: z.string().nullable() })
			.nullable()
			.meta({ description: "What went wrong, when something did" }),
		cancelledBy: z.enum(["till", "cardholder", "time_out"]).nullable(),
		reversal: reversalDocument.nullable(),
		slips: z.array(slipDocument),
		original: originalDocument.nullable().meta({ description: "What it corrects or completes" }),
		supervisor: z.string().nullable().meta({ description: "Who allowed it" }),
		corrected: correctedDocument.nullable().meta({ description: "What became of it later" }),
	}),
);

export type TransactionDocument = z.input<typeof transactionDocument>;

/** The document of a transaction, put together key by key: what is not named here does not leave. */
export function showTransaction(
	transaction: Transaction,
	payments: Pick<Payments, "meaning" | "corrected">,
): TransactionDocument {
	const { id, kind, lane, amount, currency, reference, businessDay, idempotencyKey } = transaction;
	const { state, outcome, moneyMoved, entry, maskedPan, pin, host, cancelledBy } = transaction;
	return {
		id,
		type: kind,
		lane,
		amount,
		currency,
		reference,
		businessDay,
		idempotencyKey,
		state,
		outcome,
		moneyMoved,
		safeToRetry: safeToRetry(transaction),
		acceptedAt: rfc3339(transaction.acceptedAt),
		finishedAt: transaction.finishedAt === undefined ? null : rfc3339(transaction.finishedAt),
		card: entry === undefined || maskedPan === undefined ? null : { entry, maskedPan },
		pin: pin ?? null,
		host: showHost(host),
		reply: showReply(transaction, payments),
		fault: showFault(transaction.fault),
		cancelledBy: cancelledBy ?? null,
		reversal: showReversal(transaction.reversal),
		slips: transaction.slips.map(({ job, copy, state, duplicate }) => ({ job, copy, state, duplicate })),
		original: showOriginal(transaction.earlier),
		supervisor: transaction.supervisor ?? null,
		corrected: showCorrected(payments.corrected(id)),
	};
}

function showOriginal(earlier: Transaction["earlier"]): TransactionDocument["original"] {
	if (earlier === undefined) {
		return null;
	}
	const { transaction, stan, batch, date, retrievalReference, approvalCode } = earlier;
	return {
		transaction: transaction ?? null,
		stan: stan ?? null,
		batch: batch ?? null,
		date: date ?? null,
		retrievalReference: retrievalReference ?? null,
		approvalCode: approvalCode ?? null,
	};
}

/** Nothing to say of a payment that nobody touched. */
function showCorrected({ voidedBy, completedBy, refunded, underWay }: Corrected): TransactionDocument["corrected"] {
	return voidedBy === undefined && completedBy === undefined && underWay === undefined && refunded === 0
		? null
		: { voidedBy: voidedBy ?? null, completedBy: completedBy ?? null, refunded, underWay: underWay ?? null };
}

function showHost(host: Transaction["host"]): TransactionDocument["host"] {
	if (host === undefined) {
		return null;
	}
	const { acquirer, terminalId, merchantId, stan, batch } = host;
	return { acquirer, terminalId, merchantId, stan, batch };
}

function showReply(transaction: Transaction, payments: Pick<Payments, "meaning">): TransactionDocument["reply"] {
	const { reply } = transaction;
	if (reply === undefined) {
		return null;
	}
	const meaning = payments.meaning(transaction);
	return {
		responseCode: reply.responseCode,
		text: meaning === undefined ? null : { en: meaning.cashier.en, zh: meaning.cashier.zh },
		action: meaning?.action ?? null,
		approvalCode: reply.approvalCode ?? null,
		retrievalReference: reply.retrievalReference ?? null,
		settlementDate: reply.settlementDate ?? null,
		issuer: reply.issuer ?? null,
		scheme: reply.scheme ?? null,
		approvedAmount: reply.approvedAmount ?? null,
		balance: reply.balance ?? null,
	};
}

/** An older or newer daemon may have written a code this one does not know. */
function showFault(fault: Transaction["fault"]): TransactionDocument["fault"] {
	if (fault === undefined) {
		return null;
	}
	const known = Object.entries(faultCodes).find(([code]) => code === fault.code);
	return { code: fault.code, detail: fault.detail, action: known?.[1].action ?? null };
}

function showReversal(reversal: Transaction["reversal"]): TransactionDocument["reversal"] {
	if (reversal === undefined) {
		return null;
	}
	const { state, reason, cause, attempts, lastFailure } = reversal;
	return { state, reason, detail: cause, attempts, lastFailure: lastFailure ?? null };
}
