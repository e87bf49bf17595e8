import type { ResponseMeaning } from "../acquirers/profile.ts";
import type { Card } from "../card/card.ts";
import type { PaymentKind } from "../card/payment-kind.ts";
import type { Recorded } from "../journal/journal.ts";
import type { SlipCopy, Transaction } from "../journal/transaction.ts";
import type { EarlierReference } from "../journal/transaction-events.ts";
import type { Events } from "../kernel/events.ts";
import type { FaultCode } from "../kernel/fault-codes.ts";
import type { Corrected } from "./correction-rules.ts";

export interface PaymentRequest {
	readonly kind: PaymentKind;
	readonly lane: string;
	/** Minor units, more than 0. Left out for a balance, and for a correction of the whole amount. */
	readonly amount: number | undefined;
	/** ISO 4217 alphabetic, the lane's currency. */
	readonly currency: string;
	/** The till's own number for this sale, unique per lane and business day. */
	readonly reference: string;
	readonly card: Card;
	readonly pin: "ask" | "none";
	/** The payment that is corrected or completed: its id, or what its slip says where this journal does not know it. */
	readonly earlier: EarlierReference | undefined;
	/** Name of the supervisor who allowed it. */
	readonly supervisor: string | undefined;
}

export interface Submitted {
	/** `repeated`: the same key and body came before; this is that transaction. */
	readonly kind: "accepted" | "repeated";
	readonly transaction: Transaction;
}

/** Why a lane cannot take money now. */
export interface Obstacle {
	readonly code: FaultCode;
	readonly detail: string;
	readonly action: string;
	readonly device: string | undefined;
}

export interface LaneView {
	readonly id: string;
	readonly acquirer: string;
	readonly terminalId: string;
	readonly merchantId: string;
	readonly pinPad: string;
	readonly printer: string | undefined;
	readonly currency: string;
	readonly signedIn: boolean;
	readonly batch: string;
	readonly busyWith: string | undefined;
	readonly reversalsOwed: number;
}

export interface Readiness {
	readonly lane: string;
	readonly ready: boolean;
	readonly obstacles: readonly Obstacle[];
}

export interface TransactionFilter {
	readonly lane?: string | undefined;
	readonly reference?: string | undefined;
	/** Only those whose outcome is open, or whose reversal is owed. */
	readonly unknown?: boolean | undefined;
	readonly limit: number;
}

export interface SignInResult {
	readonly lane: string;
	readonly batch: string;
	/** Check values the pad computed, by role. */
	readonly keys: readonly { readonly role: string; readonly kcv: string }[];
}

/**
 * Money: the one service the API and the commands talk to.
 * Every method throws Fault with the codes of its room; none of them throws because a host declined.
 */
export interface Payments {
	/** A transaction after each of its steps, once it is durable. Listeners must not throw. */
	readonly changes: Events<Transaction>;
	/**
	 * Accepts a payment and starts it. Durable when it resolves; the result comes by `wait`.
	 * @throws Fault `lane_unknown`, `lane_busy`, `reference_reused`, `idempotency_key_reused`, `card_invalid`,
	 * `request_invalid`, `supervisor_needed`, and those of `Corrections.plan`: nothing has been sent then
	 */
	pay(request: PaymentRequest, idempotencyKey: string): Promise<Submitted>;
	/** @throws Fault `transaction_unknown` */
	get(id: string): Transaction;
	/** Newest first, but open outcomes before everything else. */
	find(filter: TransactionFilter): readonly Transaction[];
	/** The transaction as soon as it is finished, or as it stands after `ms`. */
	wait(id: string, ms: number, signal?: AbortSignal): Promise<Transaction>;
	/** Asks for cancellation. @throws Fault `too_late_to_cancel` after hand-over to the host, `transaction_unknown` */
	cancel(id: string): Promise<Transaction>;
	/** Every event of a transaction, with its place in the journal. */
	timeline(id: string): readonly Recorded[];
	/** @throws Fault `receipt_unavailable`, `transaction_unknown` */
	receipt(id: string, copy: SlipCopy, duplicate: boolean): { readonly markup: string; readonly text: string };
	/** Prints a slip again, marked as duplicate; resolves when it is queued. */
	print(id: string, copy: SlipCopy): Promise<Transaction>;
	meaning(transaction: Transaction): ResponseMeaning | undefined;
	/** What later payments did to this one. */
	corrected(id: string): Corrected;

	lanes(): readonly LaneView[];
	/** Looks at pad, keys, paper and pending reversals; moves no money. */
	readiness(lane: string): Promise<Readiness>;

	/** Signs the terminal of a lane in: working keys, batch number, clock. */
	signIn(lane: string): Promise<SignInResult>;
	/** Echo test; milliseconds until the answer. */
	echo(lane: string): Promise<{ readonly roundTripMs: number }>;

	/** Transactions whose reversal is owed, oldest first. */
	reversals(): readonly Transaction[];
	/** Tries now instead of waiting for the back-off. @throws Fault `reversal_unknown` */
	retryReversal(id: string): Promise<Transaction>;
	/** A person takes the reversal over; it is not sent any more. */
	releaseReversal(id: string, by: string, note: string): Promise<Transaction>;

	/** Stops taking new sales, lets running ones end (or cancels those not yet with the host), stops the reversal queue. */
	close(): Promise<void>;
}
