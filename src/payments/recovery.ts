import type { Journal } from "../journal/journal.ts";
import type { Transaction } from "../journal/transaction.ts";
import type { Ledger } from "./ledger.ts";
import type { ReversalQueue } from "./reversal-queue.ts";
import type { SlipPrinter } from "./slip-printer.ts";
import type { Terminal } from "./terminal.ts";

/** What a transaction that the daemon left unsettled needs, seen from its events alone. */
export type Remedy = "fail" | "owe_reversal" | "leave_in_doubt" | "resume_reversal" | "print" | "nothing";

/** Pure: the same answer wherever the power was cut. */
export function remedyFor(transaction: Transaction, reversible: boolean): Remedy {
	if (transaction.reversal?.state === "owed") {
		return "resume_reversal";
	}
	if (transaction.state === "finished") {
		return transaction.slips.some(({ state }) => state === "queued") ? "print" : "nothing";
	}
	if (transaction.moneyMoved !== "unknown") {
		return "fail";
	}
	return reversible ? "owe_reversal" : "leave_in_doubt";
}

/** What recovery needs of a lane. */
interface Room {
	readonly reversals: ReversalQueue;
	readonly slips: SlipPrinter;
	readonly terminal: Terminal;
}

interface Recovery {
	readonly journal: Journal;
	readonly ledger: Ledger;
	readonly rooms: (lane: string) => Room | undefined;
}

const mostUnsettled = 100_000;

/** Takes up at start what the last run left: oldest first, before anything new. */
export async function recover({ journal, ledger, rooms }: Recovery): Promise<void> {
	const unsettled = journal.streams({ kind: "transaction", unsettled: true, limit: mostUnsettled }).toReversed();
	for (const id of unsettled) {
		const transaction = ledger.get(id);
		const room = rooms(transaction.lane);
		if (room !== undefined) {
			await remedy(transaction, ledger, room);
		}
	}
}

async function remedy(transaction: Transaction, ledger: Ledger, { reversals, slips, terminal }: Room): Promise<void> {
	const { id, kind } = transaction;
	const code = "interrupted";
	const detail = "The daemon stopped while the acquirer had the request";
	switch (remedyFor(transaction, terminal.lane.acquirer.profile.reversible(kind))) {
		case "fail":
			await ledger.record(id, [{ type: "failed", code, detail: "The daemon stopped before anything was sent" }], {});
			break;
		case "owe_reversal":
			await ledger.record(id, [{ type: "reversal_owed", reason: "no_answer", code, detail }], {});
			reversals.resume(id);
			break;
		case "leave_in_doubt":
			await ledger.record(id, [{ type: "left_in_doubt", code, detail }], {});
			break;
		case "resume_reversal":
			reversals.resume(id);
			break;
		case "print":
			await slips.resume(transaction);
			break;
		case "nothing":
			break;
	}
}
