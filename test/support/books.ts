import { expect } from "vitest";
import type { TransactionDocument } from "../../src/api/transaction-document.ts";
import { openJournal } from "../../src/journal/open-journal.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import type { LedgerEntry } from "../../src/simulators/acquirer/ledger.ts";
import type { Shop } from "./shop.ts";
import { silentLog } from "./silent-log.ts";

/** One slip as it lies on the counter. */
interface PaperSlip {
	readonly reference: string;
	readonly copy: "merchant" | "customer";
	readonly duplicate: boolean;
}

/**
 * Nothing is lost and nothing is doubled: the acquirer's ledger, the daemon's journal and the paper say the same of every
 * sale, and nothing is in doubt any more.
 */
export async function expectBooksToAgree(shop: Shop): Promise<void> {
	const { transactions } = (await shop.api.get("/v1/transactions?limit=500")).body as {
		transactions: readonly TransactionDocument[];
	};
	const { ledger, violations } = await shop.acquirer();
	const paper = slipsOf(await shop.printer());
	expect(transactions.length).toBeGreaterThan(0);
	const disagreements = transactions.flatMap((transaction) => disagreementOf(transaction, ledger, paper));
	expect(disagreements).toEqual([]);
	const amounts = new Set(transactions.map(({ amount }) => amount));
	expect(ledger.filter(({ amount }) => !amounts.has(amount))).toEqual([]);
	expect(new Set(ledger.map(({ amount }) => amount)).size).toBe(ledger.length);
	expect(violations).toEqual([]);
}

/** The journal of a daemon that has ended: its chain holds and nothing is left to be done. */
export async function expectJournalToBeSettled(shop: Shop): Promise<void> {
	const journal = await openJournal({ directory: shop.counter.dataDirectory, clock: systemClock, log: silentLog });
	try {
		expect(journal.verify().brokenAt).toBeUndefined();
		expect(journal.streams({ kind: "transaction", unsettled: true, limit: 500 })).toEqual([]);
	} finally {
		await journal.close();
	}
}

function disagreementOf(
	transaction: TransactionDocument,
	ledger: readonly LedgerEntry[],
	paper: readonly PaperSlip[],
): readonly unknown[] {
	const { reference, outcome, moneyMoved, slips, reply } = transaction;
	const entry = ledger.find(({ amount }) => amount === transaction.amount);
	const own = paper.filter((slip) => slip.reference === reference);
	const originals = (["merchant", "customer"] as const).map(
		(copy) => own.filter((slip) => slip.copy === copy && !slip.duplicate).length,
	);
	const agrees =
		transaction.state === "finished" &&
		(moneyMoved === "yes"
			? entry?.state === "approved" && entry.approvalCode === reply?.approvalCode
			: moneyMoved === "no" && entry?.state !== "approved" && own.length === 0) &&
		originals.every((count) => count <= 1) &&
		slips.filter(({ state }) => state === "printed").length <= own.length &&
		own.length <= slips.length;
	return agrees ? [] : [{ reference, outcome, moneyMoved, slips, books: entry, paper: own }];
}

function slipsOf({ slips, hanging }: Awaited<ReturnType<Shop["printer"]>>): readonly PaperSlip[] {
	const all = [...slips.map(({ text }) => text), hanging].join("\n");
	return all
		.split("Corner Shop")
		.slice(1)
		.flatMap((text) => {
			const [, reference] = /ORDER\s+(\S+)/.exec(text) ?? [];
			const copy = text.includes("MERCHANT COPY") ? "merchant" : "customer";
			return reference === undefined ? [] : [{ reference, copy, duplicate: text.includes("DUPLICATED") }];
		});
}
