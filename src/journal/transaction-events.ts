import type { PaymentKind } from "../card/payment-kind.ts";
import type { JournalEvent } from "./journal.ts";

/** ISO 9564/8583 point of service entry as far as the till is concerned. */
export type CardEntry = "magnetic" | "manual";

/** Why the money must come back: no answer in time, MAC of an approval wrong, approved but not completed here. */
export type ReversalReason = "no_answer" | "mac_wrong" | "not_completed";

/** Identity of a request at the acquirer; a reversal quotes it (ISO 8583 DE 11, 41, 42 and the batch). */
export interface HostIdentity {
	readonly acquirer: string;
	readonly terminalId: string;
	readonly merchantId: string;
	readonly stan: string;
	readonly batch: string;
}

/** What the host said about a payment, without card data. */
export interface HostReply {
	readonly responseCode: string;
	readonly approvalCode?: string;
	readonly retrievalReference?: string;
	/** Host's local time `hhmmss` and date `MMDD`. */
	readonly time?: string;
	readonly date?: string;
	readonly settlementDate?: string;
	readonly issuer?: string;
	readonly acquirerInstitution?: string;
	readonly scheme?: string;
	readonly remark?: string;
	/** Minor units, when the host approved less than was asked. */
	readonly approvedAmount?: number;
	/** Available balance in minor units, where that was the question. */
	readonly balance?: number;
	/** First six and last four digits, as the host sent them. */
	readonly maskedPan?: string;
}

/** The payment that a void, refund, release or completion is about. */
export interface EarlierReference {
	/** Its id, when it is in this journal. */
	readonly transaction?: string;
	/** What the host knows it by. */
	readonly batch?: string;
	readonly stan?: string;
	/** `MMDD` at the host. */
	readonly date?: string;
	readonly retrievalReference?: string;
	readonly approvalCode?: string;
}

/** What the till asked for, as it was accepted. */
export interface AcceptedOrder {
	readonly id: string;
	readonly kind: PaymentKind;
	readonly lane: string;
	readonly amount: number;
	readonly currency: string;
	readonly reference: string;
	readonly businessDay: string;
	readonly idempotencyKey: string;
	readonly fingerprint: string;
	readonly earlier?: EarlierReference;
	/** Who allowed it, where somebody must. */
	readonly supervisor?: string;
}

interface Happened<T extends string> extends JournalEvent {
	readonly type: T;
}

/** Everything that can happen to a transaction, in the words of the journal. */
export type TransactionEvent =
	| (Happened<"accepted"> & AcceptedOrder)
	| (Happened<"card_read"> & {
			readonly entry: CardEntry;
			readonly maskedPan: string;
			/** Keyed digest of the card number: tells whether two payments used one card, and nothing else. */
			readonly cardMark: string;
	  })
	| (Happened<"pin_requested"> & object)
	| (Happened<"pin_taken"> & { readonly pin: "entered" | "bypassed" | "not_required" })
	| (Happened<"cancel_requested"> & object)
	| (Happened<"prepared"> & { readonly host: HostIdentity })
	| (Happened<"sent"> & object)
	| (Happened<"reversal_signed"> & object)
	| (Happened<"approved"> & { readonly reply: HostReply; readonly partial: boolean })
	| (Happened<"declined"> & { readonly reply: HostReply })
	/** The host asked for new keys first: nothing moved, the payment is tried once more under a new trace number. */
	| (Happened<"to_repeat"> & { readonly reply: HostReply })
	| (Happened<"not_sent"> & { readonly code: string; readonly detail: string })
	| (Happened<"failed"> & { readonly code: string; readonly detail: string })
	| (Happened<"cancelled"> & { readonly by: "till" | "cardholder" | "time_out" })
	| (Happened<"reversal_owed"> & {
			readonly reason: ReversalReason;
			readonly code: string;
			readonly detail: string;
			/** The answer that came but was not believed. */
			readonly reply?: HostReply;
	  })
	/** The host may have done it, and this kind cannot be reversed. */
	| (Happened<"left_in_doubt"> & { readonly code: string; readonly detail: string })
	/** A person found out what became of the money. */
	| (Happened<"doubt_resolved"> & { readonly moneyMoved: "yes" | "no"; readonly by: string; readonly note: string })
	| (Happened<"reversal_sent"> & { readonly attempt: number })
	| (Happened<"reversal_failed"> & { readonly attempt: number; readonly code: string; readonly detail: string })
	| (Happened<"reversed"> & { readonly reply: HostReply; readonly note: "reversed" | "unknown_to_host" })
	| (Happened<"reversal_released"> & { readonly by: string; readonly note: string })
	| (Happened<"late_answer"> & { readonly reply: HostReply })
	| (Happened<"slip_queued"> & {
			readonly job: string;
			readonly copy: "merchant" | "customer";
			readonly duplicate: boolean;
	  })
	| (Happened<"slip_printed"> & { readonly job: string; readonly copy: "merchant" | "customer" })
	| (Happened<"slip_failed"> & {
			readonly job: string;
			readonly copy: "merchant" | "customer";
			readonly state: "unknown" | "not_sent";
			readonly code: string;
	  });

const transactionEventTypes: ReadonlySet<string> = new Set<TransactionEvent["type"]>([
	"accepted",
	"card_read",
	"pin_requested",
	"pin_taken",
	"cancel_requested",
	"prepared",
	"sent",
	"reversal_signed",
	"approved",
	"declined",
	"to_repeat",
	"not_sent",
	"failed",
	"cancelled",
	"reversal_owed",
	"left_in_doubt",
	"doubt_resolved",
	"reversal_sent",
	"reversal_failed",
	"reversed",
	"reversal_released",
	"late_answer",
	"slip_queued",
	"slip_printed",
	"slip_failed",
]);

/** Only we write the journal, and its chain is checked: the name of an event vouches for its shape. */
export function isTransactionEvent(event: JournalEvent): event is TransactionEvent {
	return transactionEventTypes.has(event.type);
}
