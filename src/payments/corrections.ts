import type { EarlierPayment } from "../acquirers/profile.ts";
import { correctedBy, type PaymentKind } from "../card/payment-kind.ts";
import type { Claim, Journal } from "../journal/journal.ts";
import type { Transaction } from "../journal/transaction.ts";
import type { EarlierReference } from "../journal/transaction-events.ts";
import { Fault } from "../kernel/fault.ts";
import { type Corrected, type CorrectionCase, judgeCorrection } from "./correction-rules.ts";
import type { Ledger } from "./ledger.ts";
import type { PaymentRequest } from "./payments.ts";

interface CorrectionsOptions {
	readonly journal: Journal;
	readonly ledger: Ledger;
}

/** Of the terminal and the moment. */
export type CorrectionSetting = Pick<CorrectionCase, "cardMark" | "lane" | "batch" | "businessDay" | "now" | "limits">;

/** What a payment is to be, once it is clear that it may be. */
export interface CorrectionPlan {
	readonly amount: number;
	/** For the journal: what the payment is about. */
	readonly earlier: EarlierReference | undefined;
	/** To be taken with the approval. */
	readonly claims: readonly Claim[];
}

const mostUnsettled = 100_000;

/** Which payments have been corrected, and which may be. Derived from the journal alone. */
export class Corrections {
	readonly #journal: Journal;
	readonly #ledger: Ledger;

	constructor({ journal, ledger }: CorrectionsOptions) {
		this.#journal = journal;
		this.#ledger = ledger;
	}

	/**
	 * Amount and original of a request.
	 * @throws Fault `earlier_unknown`, `earlier_incomplete`, `earlier_unsuitable`, `earlier_busy`, `already_corrected`,
	 * `already_settled`, `amount_exceeded`, `card_differs`, `too_old`
	 */
	plan({ kind, amount, earlier }: PaymentRequest, setting: CorrectionSetting): CorrectionPlan {
		if (correctedBy(kind).length === 0) {
			return { amount: amount ?? 0, earlier: undefined, claims: [] };
		}
		if (earlier === undefined) {
			throw new Fault("earlier_incomplete", { detail: `A ${kind.replaceAll("_", " ")} needs the payment it is about` });
		}
		return earlier.transaction === undefined
			? this.#planByKeyedData(kind, amount, earlier)
			: this.#planByTransaction(kind, amount, { id: earlier.transaction, setting });
	}

	/** What has become of a payment so far. */
	of(id: string): Corrected {
		const owner = (what: string): string | undefined => this.#journal.owner(correctionClaim(id, what));
		let refunded = 0;
		for (let count = 1, by = owner("refund 1"); by !== undefined; count += 1, by = owner(`refund ${count}`)) {
			refunded += this.#ledger.get(by).amount;
		}
		return { voidedBy: owner("void"), completedBy: owner("completion"), refunded, underWay: this.#underWay(id) };
	}

	#planByTransaction(
		kind: PaymentKind,
		amount: number | undefined,
		{ id, setting }: { readonly id: string; readonly setting: CorrectionSetting },
	): CorrectionPlan {
		const earlier = this.#ledger.find(id);
		if (earlier === undefined) {
			throw new Fault("earlier_unknown", { context: { transaction: id } });
		}
		const corrected = this.of(id);
		const judged = judgeCorrection({ kind, earlier, corrected, amount, ...setting });
		return { amount: judged, earlier: referenceTo(earlier), claims: [this.#claimFor(kind, id)] };
	}

	/** A payment this journal does not know: the host alone can judge it. A void needs ours. */
	#planByKeyedData(kind: PaymentKind, amount: number | undefined, earlier: EarlierReference): CorrectionPlan {
		if (kind === "void" || kind === "completion_void") {
			throw new Fault("earlier_incomplete", {
				detail: `A ${kind.replaceAll("_", " ")} needs the id of the transaction`,
			});
		}
		if (amount === undefined) {
			throw new Fault("request_invalid", { detail: "The amount is missing" });
		}
		return { amount, earlier, claims: [] };
	}

	#claimFor(kind: PaymentKind, id: string): Claim {
		if (kind !== "refund") {
			return correctionClaim(id, kind === "completion" ? "completion" : "void");
		}
		let count = 1;
		while (this.#journal.owner(correctionClaim(id, `refund ${count}`)) !== undefined) {
			count += 1;
		}
		return correctionClaim(id, `refund ${count}`);
	}

	#underWay(id: string): string | undefined {
		return this.#journal
			.streams({ kind: "transaction", unsettled: true, limit: mostUnsettled })
			.map((stream) => this.#ledger.get(stream))
			.find(
				({ earlier, state, outcome }) => earlier?.transaction === id && (state !== "finished" || outcome === "unknown"),
			)?.id;
	}
}

/** What the host needs of the earlier payment. */
export function earlierPayment(reference: EarlierReference | undefined): EarlierPayment | undefined {
	if (reference === undefined) {
		return undefined;
	}
	const { transaction: _, ...earlier } = reference;
	return earlier;
}

function referenceTo({ id, host, reply }: Transaction): EarlierReference {
	const { date, retrievalReference, approvalCode } = reply ?? {};
	return {
		transaction: id,
		...(host === undefined ? {} : { batch: host.batch, stan: host.stan }),
		...(date === undefined ? {} : { date }),
		...(retrievalReference === undefined ? {} : { retrievalReference }),
		...(approvalCode === undefined ? {} : { approvalCode }),
	};
}

function correctionClaim(id: string, what: string): Claim {
	return { scope: "correction", key: `${id} ${what}` };
}
