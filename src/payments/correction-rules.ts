import { correctedBy, type PaymentKind } from "../card/payment-kind.ts";
import type { Transaction } from "../journal/transaction.ts";
import { Fault } from "../kernel/fault.ts";

/** What has become of an earlier payment so far. */
export interface Corrected {
	/** Ids of the approved corrections. */
	readonly voidedBy: string | undefined;
	readonly completedBy: string | undefined;
	/** Minor units, over all approved refunds. */
	readonly refunded: number;
	/** A correction that is under way, or whose outcome nobody knows. */
	readonly underWay: string | undefined;
}

/** How far a completion may go beyond its pre-authorisation. */
export interface CompletionLimits {
	readonly percent: number;
	readonly days: number;
}

/** Everything that decides whether an earlier payment may be corrected or completed. */
export interface CorrectionCase {
	readonly kind: PaymentKind;
	readonly earlier: Transaction;
	readonly corrected: Corrected;
	/** Minor units; undefined for all of it. */
	readonly amount: number | undefined;
	readonly cardMark: string;
	/** Of the terminal that asks. */
	readonly lane: string;
	readonly batch: string;
	readonly businessDay: string;
	readonly now: number;
	readonly limits: CompletionLimits;
}

const dayMs = 86_400_000;

/**
 * The amount of the correction.
 * @throws Fault with the code of the rule that is broken; nothing has been sent then
 */
export function judgeCorrection(facts: CorrectionCase): number {
	const broken = rules.map((rule) => rule(facts)).find((fault) => fault !== undefined);
	if (broken !== undefined) {
		throw broken;
	}
	return facts.amount ?? availableOf(facts);
}

type Rule = (facts: CorrectionCase) => Fault | undefined;

/** In the order in which a cashier would want to know. */
const rules: readonly Rule[] = [
	mustFit,
	mustBeApproved,
	mustBeFree,
	mustBeUncorrected,
	mustBeUnsettled,
	mustBeSameCard,
	mustBeInTime,
	mustNotExceed,
];

function mustFit({ kind, earlier }: CorrectionCase): Fault | undefined {
	return correctedBy(kind).includes(earlier.kind)
		? undefined
		: refuse(
				"earlier_unsuitable",
				earlier,
				`A ${said(kind)} is about a ${correctedBy(kind).map(said).join(" or ")}, not a ${said(earlier.kind)}`,
			);
}

function mustBeApproved({ earlier }: CorrectionCase): Fault | undefined {
	return earlier.outcome === "approved" || earlier.outcome === "partially_approved"
		? undefined
		: refuse("earlier_unsuitable", earlier, `That ${said(earlier.kind)} was not approved: it is ${earlier.outcome}`);
}

function mustBeFree({ earlier, corrected: { underWay } }: CorrectionCase): Fault | undefined {
	return underWay === undefined
		? undefined
		: refuse("earlier_busy", earlier, `${underWay} is about the same payment and not at its end`);
}

function mustBeUncorrected({ kind, earlier, corrected }: CorrectionCase): Fault | undefined {
	const { voidedBy, completedBy, refunded } = corrected;
	if (voidedBy !== undefined) {
		return refuse("already_corrected", earlier, `It was voided by ${voidedBy}`);
	}
	if (completedBy !== undefined) {
		return refuse("already_corrected", earlier, `It was completed by ${completedBy}`);
	}
	return refunded > 0 && kind !== "refund"
		? refuse("already_corrected", earlier, "It was refunded, at least in part")
		: undefined;
}

/** A void undoes what the host has not settled yet: same terminal, same batch, same day. */
function mustBeUnsettled({ kind, earlier, lane, batch, businessDay }: CorrectionCase): Fault | undefined {
	if (kind !== "void" && kind !== "completion_void") {
		return undefined;
	}
	if (earlier.lane !== lane) {
		return refuse("earlier_unsuitable", earlier, `Only lane ${earlier.lane}, which took it, can void it`);
	}
	return earlier.host?.batch === batch && earlier.businessDay === businessDay
		? undefined
		: refuse("already_settled", earlier, `It belongs to batch ${earlier.host?.batch ?? "?"} of ${earlier.businessDay}`);
}

function mustBeSameCard({ earlier, cardMark }: CorrectionCase): Fault | undefined {
	return earlier.cardMark === cardMark
		? undefined
		: refuse("card_differs", earlier, `It was paid with ${earlier.maskedPan ?? "another card"}`);
}

function mustBeInTime({ kind, earlier, now, limits }: CorrectionCase): Fault | undefined {
	return kind === "completion" && now - earlier.acceptedAt > limits.days * dayMs
		? refuse("too_old", earlier, `A pre-authorisation is completed within ${limits.days} days`)
		: undefined;
}

function mustNotExceed(facts: CorrectionCase): Fault | undefined {
	const { kind, earlier, amount } = facts;
	const available = availableOf(facts);
	if (amount === undefined) {
		return available > 0 ? undefined : refuse("amount_exceeded", earlier, "Nothing is left of it");
	}
	if (isWhole(kind) && amount !== available) {
		return refuse("amount_exceeded", earlier, `A ${said(kind)} is for the whole amount, ${available}`);
	}
	const most = kind === "completion" ? Math.floor((available * facts.limits.percent) / 100) : available;
	return amount > most ? refuse("amount_exceeded", earlier, `At most ${most} is left of it`) : undefined;
}

/** Kinds that undo all or nothing. */
function isWhole(kind: PaymentKind): boolean {
	return kind === "void" || kind === "completion_void" || kind === "preauth_void";
}

/** Minor units that were approved and not given back yet. */
function availableOf({ earlier, corrected }: CorrectionCase): number {
	return (earlier.reply?.approvedAmount ?? earlier.amount) - corrected.refunded;
}

function said(kind: PaymentKind): string {
	return kind.replaceAll("_", " ");
}

function refuse(code: Fault["code"], { id }: Transaction, detail: string): Fault {
	return new Fault(code, { detail, context: { transaction: id } });
}
