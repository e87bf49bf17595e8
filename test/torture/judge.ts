import type { z } from "zod";
import type { TransactionDocument } from "../../src/api/transaction-document.ts";
import type { acquirerState } from "../../src/cli/demo/stage.ts";
import { type SlipLabel, slipLabels } from "../../src/payments/slip-labels.ts";

type LedgerEntry = z.output<typeof acquirerState>["ledger"][number];

/** What is left of one payment when nothing moves any more. */
export interface Evidence {
	/** What the daemon says of it. */
	readonly transaction: TransactionDocument;
	/** What the daemon says of the sale behind it; the same, unless it is a void. */
	readonly sale: TransactionDocument;
	/** What every request under its key was answered with, before and after the crash. */
	readonly ids: readonly string[];
	/** The acquirer's lines for its amount. */
	readonly ledger: readonly LedgerEntry[];
	/** The printed slips that name it, in order. */
	readonly slips: readonly string[];
	/** What a strict acquirer complained about meanwhile. */
	readonly violations: readonly string[];
}

/** Everything in which daemon, acquirer and paper do not agree. */
export function disagreements(evidence: Evidence): readonly string[] {
	return [
		...openEnds(evidence.transaction),
		...moneyDisagreements(evidence.transaction, evidence.ledger),
		...voidDisagreements(evidence.sale, evidence.ledger),
		...slipDisagreements(evidence.transaction, evidence.slips),
		...(new Set(evidence.ids).size > 1 ? [`one key, several transactions: ${evidence.ids.join(", ")}`] : []),
		...evidence.violations.map((rule) => `the acquirer complains: ${rule}`),
	];
}

/** How it ended, in few words. */
export function endingOf({ outcome, reversal, host }: TransactionDocument): string {
	if (reversal !== null) {
		return reversal.state;
	}
	return outcome === "failed" && host === null ? "failed, nothing sent" : outcome;
}

function openEnds({ state, outcome, moneyMoved, reversal }: TransactionDocument): readonly string[] {
	return [
		...(state === "finished" ? [] : [`the transaction is ${state}`]),
		...(outcome === "unknown" ? ["its outcome is unknown"] : []),
		...(moneyMoved === "unknown" ? ["whether money moved is unknown"] : []),
		...(reversal === null || reversal.state === "reversed" ? [] : [`its reversal is ${reversal.state}`]),
	];
}

/** Compares the daemon's word with the acquirer's lines for the same amount. */
export function moneyDisagreements(
	{ type, outcome, moneyMoved, reversal, host }: TransactionDocument,
	sameAmount: readonly LedgerEntry[],
): readonly string[] {
	const ledger = sameAmount.filter(({ kind }) => kind === type);
	const charged = ledger.filter(({ state }) => state === "approved");
	const reversed = ledger.filter(({ state }) => state === "reversed");
	const strangers = ledger.filter(({ stan, batch }) => stan !== host?.stan || batch !== host.batch);
	const approved = outcome === "approved" || outcome === "partially_approved";
	return [
		...(charged.length > 1 ? [`charged ${charged.length} times`] : []),
		...(strangers.length > 0
			? [`the journal does not know trace ${strangers.map(({ stan }) => stan).join(", ")}`]
			: []),
		...(approved === charged.length > 0 ? [] : [`${outcome} here, charged ${charged.length} times there`]),
		...(approved === (moneyMoved === "yes") ? [] : [`${outcome}, but money moved: ${moneyMoved}`]),
		...(reversed.length > 0 && reversal?.state !== "reversed" ? ["reversed there, not here"] : []),
		...(outcome === "declined" && !ledger.some(({ state }) => state === "declined") ? ["declined here only"] : []),
	];
}

/** A sale is voided here, marked so there, and has an approved void there: all of it, or nothing. */
export function voidDisagreements(
	{ type, corrected }: TransactionDocument,
	sameAmount: readonly LedgerEntry[],
): readonly string[] {
	const here = typeof corrected?.voidedBy === "string";
	const marked = sameAmount.some(({ voided }) => voided);
	const there = sameAmount.some(({ kind, state }) => kind === "void" && state === "approved");
	return type !== "sale" || (here === marked && marked === there)
		? []
		: [`voided: here ${here}, marked there ${marked}, by an approved void there ${there}`];
}

function slipDisagreements(
	{ type, outcome, slips }: TransactionDocument,
	printed: readonly string[],
): readonly string[] {
	if (outcome !== "approved" && outcome !== "partially_approved") {
		return printed.length === 0 ? [] : [`${printed.length} slips of a ${type} that is ${outcome}`];
	}
	const unfinished = slips.filter(({ state }) => state !== "printed").map(({ copy, state }) => `${copy} slip ${state}`);
	const counted = (["merchantCopy", "customerCopy"] as const).flatMap((copy): readonly string[] => {
		const all = printed.filter((text) => says(text, copy));
		const unmarked = all.filter((text) => !says(text, "duplicate"));
		return [
			...(all.length === 0 ? [`no ${slipLabels[copy].en}`] : []),
			...(unmarked.length > 1 ? [`${unmarked.length} times ${slipLabels[copy].en} without a mark`] : []),
		];
	});
	return [...unfinished, ...counted];
}

function says(text: string, label: SlipLabel): boolean {
	return text.includes(slipLabels[label].en);
}
