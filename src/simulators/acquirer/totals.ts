import { effectOf, movesMoney } from "../../card/payment-kind.ts";
import type { LedgerEntry } from "./ledger.ts";

/** Amount in minor units, and how many transactions make it. */
interface Sum {
	readonly amount: number;
	readonly count: number;
}

export type CardClass = LedgerEntry["cardClass"];

/** Sales and completions are debits; refunds and voids of both are credits; holds do not count. */
export type BatchTotals = Readonly<Record<CardClass, { readonly debit: Sum; readonly credit: Sum }>>;

/** Agreed, not agreed, error: digits 31 and 62 of field 48. */
export type Flag = "1" | "2" | "3";

export type Flags = Readonly<Record<CardClass, Flag>>;

/** Whether a transaction is in the totals of its batch. */
export function isCounted({ state, kind }: LedgerEntry): boolean {
	return state === "approved" && movesMoney(kind);
}

/** The totals of a batch by its entries. A transaction that was voided still counts, and so does its void. */
export function totalsOf(entries: readonly LedgerEntry[]): BatchTotals {
	const sum = (cardClass: CardClass, effect: "debit" | "credit"): Sum => {
		const counted = entries.filter(
			(entry) => isCounted(entry) && entry.cardClass === cardClass && effectOf(entry.kind) === effect,
		);
		return { amount: counted.reduce((total, entry) => total + entry.approvedAmount, 0), count: counted.length };
	};
	return {
		domestic: { debit: sum("domestic", "debit"), credit: sum("domestic", "credit") },
		foreign: { debit: sum("foreign", "debit"), credit: sum("foreign", "credit") },
	};
}

/** The same totals, the debits of domestic cards off by `difference` minor units. */
export function totalsOff(totals: BatchTotals, difference: number): BatchTotals {
	const { debit, credit } = totals.domestic;
	return {
		...totals,
		domestic: { debit: { ...debit, amount: Math.max(0, debit.amount + difference) }, credit },
	};
}

/** The totals in the 62 digits of field 48. */
export function parseTotals(text: string): BatchTotals {
	const sum = (at: number): Sum => ({
		amount: Number(text.slice(at, at + 12)),
		count: Number(text.slice(at + 12, at + 15)),
	});
	return { domestic: { debit: sum(0), credit: sum(15) }, foreign: { debit: sum(31), credit: sum(46) } };
}

/** Field 48 of a settlement. */
export function totalsText({ domestic, foreign }: BatchTotals, flags: Flags): string {
	const sum = ({ amount, count }: Sum): string =>
		`${String(amount).padStart(12, "0")}${String(count % 1000).padStart(3, "0")}`;
	const domesticText = `${sum(domestic.debit)}${sum(domestic.credit)}${flags.domestic}`;
	return `${domesticText}${sum(foreign.debit)}${sum(foreign.credit)}${flags.foreign}`;
}

export function compareTotals(own: BatchTotals, told: BatchTotals): Flags {
	const flag = (cardClass: CardClass): Flag =>
		isSame(own[cardClass].debit, told[cardClass].debit) && isSame(own[cardClass].credit, told[cardClass].credit)
			? "1"
			: "2";
	return { domestic: flag("domestic"), foreign: flag("foreign") };
}

function isSame(one: Sum, other: Sum): boolean {
	return one.amount === other.amount && one.count === other.count;
}
