import { effectOf, movesMoney, type PaymentKind } from "../card/payment-kind.ts";
import type {
	AcceptedOrder,
	CardEntry,
	HostIdentity,
	HostReply,
	ReversalReason,
	TransactionEvent,
} from "./transaction-events.ts";

/** Where a transaction is. */
type TransactionState =
	| "accepted"
	| "waiting_card"
	| "waiting_pin"
	| "authorizing"
	| "reversing"
	| "cancel_requested"
	| "finished";

/** How it ended; `unknown` until it has. */
type Outcome = "approved" | "partially_approved" | "declined" | "cancelled" | "failed" | "unknown";

/** What is known of the money on the cardholder's account. */
export type MoneyMoved = "no" | "yes" | "unknown";

export type SlipCopy = "merchant" | "customer";

/** A slip stays queued until it is printed, or nobody can tell; from its second attempt on it is a duplicate. */
export interface Slip {
	readonly job: string;
	readonly copy: SlipCopy;
	readonly state: "queued" | "printed" | "unknown";
	readonly duplicate: boolean;
}

interface ReversalStatus {
	readonly reason: ReversalReason;
	readonly cause: string;
	readonly attempts: number;
	/** It has left at least once: the next one is a repeat. */
	readonly sent: boolean;
	/** `released`: a person took it over. */
	readonly state: "owed" | "reversed" | "released";
	readonly lastFailure: string | undefined;
}

/** A transaction as the events tell it. */
export interface Transaction extends AcceptedOrder {
	readonly acceptedAt: number;
	readonly finishedAt: number | undefined;
	readonly state: TransactionState;
	readonly outcome: Outcome;
	readonly moneyMoved: MoneyMoved;
	readonly entry: CardEntry | undefined;
	readonly maskedPan: string | undefined;
	/** Equal for payments with the same card; never shown. */
	readonly cardMark: string | undefined;
	readonly pin: "entered" | "bypassed" | "not_required" | undefined;
	readonly host: HostIdentity | undefined;
	readonly reply: HostReply | undefined;
	/** Stable code and sentence of what went wrong, when something did. */
	readonly fault: { readonly code: string; readonly detail: string } | undefined;
	readonly cancelledBy: "till" | "cardholder" | "time_out" | undefined;
	readonly reversalSigned: boolean;
	readonly reversal: ReversalStatus | undefined;
	readonly slips: readonly Slip[];
}

/** The state after these events; undefined when they do not begin with `accepted`. */
export function foldTransaction(events: readonly TransactionEvent[]): Transaction | undefined {
	const [first, ...rest] = events;
	if (first?.type !== "accepted") {
		return undefined;
	}
	return rest.reduce(applyEvent, begin(first));
}

function begin(event: Extract<TransactionEvent, { type: "accepted" }>): Transaction {
	const { type: _, at, ...order } = event;
	return {
		...order,
		acceptedAt: at,
		finishedAt: undefined,
		state: "accepted",
		outcome: "unknown",
		moneyMoved: "no",
		entry: undefined,
		maskedPan: undefined,
		cardMark: undefined,
		pin: undefined,
		host: undefined,
		reply: undefined,
		fault: undefined,
		cancelledBy: undefined,
		reversalSigned: false,
		reversal: undefined,
		slips: [],
	};
}

/** One step of the fold: pure, total, the only place that knows what an event means. */
export function applyEvent(before: Transaction, event: TransactionEvent): Transaction {
	switch (event.type) {
		case "accepted":
			return before;
		case "card_read":
			return { ...before, entry: event.entry, maskedPan: event.maskedPan, cardMark: event.cardMark };
		case "pin_requested":
			return { ...before, state: "waiting_pin" };
		case "pin_taken":
			return { ...before, state: before.state === "cancel_requested" ? before.state : "authorizing", pin: event.pin };
		case "cancel_requested":
			// The request may cross the end on its way to the disk.
			return before.state === "finished" ? before : { ...before, state: "cancel_requested" };
		case "prepared":
			return { ...before, state: "authorizing", host: event.host };
		case "sent":
			return { ...before, state: "authorizing", moneyMoved: effectOf(before.kind) === "none" ? "no" : "unknown" };
		case "reversal_signed":
			return { ...before, reversalSigned: true };
		case "late_answer":
			return before;
		case "to_repeat":
			return { ...before, moneyMoved: "no", host: undefined, reversalSigned: false };
		case "slip_queued":
		case "slip_printed":
		case "slip_failed":
			return { ...before, slips: applySlip(before.slips, event) };
		case "reversal_owed":
		case "reversal_sent":
		case "reversal_failed":
		case "reversed":
		case "reversal_released":
			return applyReversal(before, event);
		case "approved":
		case "declined":
		case "not_sent":
		case "failed":
		case "cancelled":
		case "left_in_doubt":
			return { ...before, ...ending(event, before.kind), state: "finished", finishedAt: event.at };
		case "doubt_resolved":
			return { ...before, outcome: event.moneyMoved === "yes" ? "approved" : "failed", moneyMoved: event.moneyMoved };
	}
}

type EndEvent = Extract<
	TransactionEvent,
	{ type: "approved" | "declined" | "not_sent" | "failed" | "cancelled" | "left_in_doubt" }
>;

function ending(
	event: EndEvent,
	kind: PaymentKind,
): Partial<Transaction> & Pick<Transaction, "outcome" | "moneyMoved"> {
	switch (event.type) {
		case "approved":
			return {
				outcome: event.partial ? "partially_approved" : "approved",
				moneyMoved: movesMoney(kind) ? "yes" : "no",
				reply: event.reply,
			};
		case "declined":
			return { outcome: "declined", moneyMoved: "no", reply: event.reply };
		case "not_sent":
		case "failed":
			return { outcome: "failed", moneyMoved: "no", fault: { code: event.code, detail: event.detail } };
		case "left_in_doubt":
			return {
				outcome: "unknown",
				moneyMoved: effectOf(kind) === "none" ? "no" : "unknown",
				fault: { code: event.code, detail: event.detail },
			};
		case "cancelled":
			return { outcome: "cancelled", moneyMoved: "no", cancelledBy: event.by };
	}
}

type ReversalEvent = Extract<
	TransactionEvent,
	{ type: "reversal_owed" | "reversal_sent" | "reversal_failed" | "reversed" | "reversal_released" }
>;

function applyReversal(before: Transaction, event: ReversalEvent): Transaction {
	if (event.type === "reversal_owed") {
		return {
			...before,
			state: "reversing",
			outcome: "unknown",
			moneyMoved: "unknown",
			fault: { code: event.code, detail: event.detail },
			reply: event.reply,
			reversal: {
				reason: event.reason,
				cause: event.detail,
				attempts: 0,
				sent: false,
				state: "owed",
				lastFailure: undefined,
			},
		};
	}
	if (before.reversal === undefined) {
		return before;
	}
	switch (event.type) {
		case "reversal_sent":
			return { ...before, reversal: { ...before.reversal, attempts: event.attempt, sent: true } };
		case "reversal_failed":
			return { ...before, reversal: { ...before.reversal, attempts: event.attempt, lastFailure: event.detail } };
		case "reversed":
			return {
				...before,
				state: "finished",
				finishedAt: event.at,
				outcome: "failed",
				moneyMoved: "no",
				reversal: { ...before.reversal, state: "reversed" },
			};
		case "reversal_released":
			return {
				...before,
				state: "finished",
				finishedAt: event.at,
				outcome: "unknown",
				reversal: { ...before.reversal, state: "released" },
			};
	}
}

type SlipEvent = Extract<TransactionEvent, { type: "slip_queued" | "slip_printed" | "slip_failed" }>;

function applySlip(slips: readonly Slip[], event: SlipEvent): readonly Slip[] {
	switch (event.type) {
		case "slip_queued":
			return [...slips, { job: event.job, copy: event.copy, state: "queued", duplicate: event.duplicate }];
		case "slip_printed":
			return slips.map((slip) => (slip.job === event.job ? { ...slip, state: "printed" } : slip));
		case "slip_failed":
			return slips.map((slip) =>
				slip.job === event.job
					? { ...slip, state: event.state === "unknown" ? "unknown" : "queued", duplicate: true }
					: slip,
			);
	}
}

/** What a client may do next: a finished transaction that moved no money may be tried again under a new key. */
export function safeToRetry(transaction: Transaction): boolean {
	return transaction.state === "finished" && transaction.moneyMoved === "no";
}

/** True once nothing is owed any more: recovery at start need not look at it. */
export function isSettled(transaction: Transaction): boolean {
	const open = transaction.outcome === "unknown" && transaction.reversal?.state !== "released";
	return transaction.state === "finished" && !open && transaction.slips.every((slip) => slip.state !== "queued");
}
