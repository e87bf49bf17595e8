import { reversalList } from "../api/reversal-routes.ts";
import { timelineDocument } from "../api/timeline-document.ts";
import { type TransactionDocument, transactionDocument } from "../api/transaction-document.ts";
import { transactionList } from "../api/transaction-routes.ts";
import type { ApiClient } from "./api-client.ts";
import { type ConsoleIo, show, table } from "./console-io.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";
import { amountOf, transactionLines } from "./transaction-lines.ts";

export interface TransactionQuery {
	readonly lane?: string | undefined;
	readonly reference?: string | undefined;
	readonly unknown?: boolean | undefined;
	readonly limit?: string | undefined;
}

/** `transactions list`: open outcomes first, then the newest. */
export async function listTransactions(io: ConsoleIo, api: ApiClient, query: TransactionQuery): Promise<ExitCode> {
	const given = new URLSearchParams();
	for (const [name, value] of Object.entries(query)) {
		given.set(name, String(value));
	}
	const path = `/v1/transactions?${given.toString()}`;
	const list = await api.call({ method: "GET", path, answer: transactionList });
	show(io, list, overview(list.transactions));
	return exitCodes.done;
}

/** `transactions show`: one transaction and everything that happened to it. */
export async function showOne(io: ConsoleIo, api: ApiClient, id: string): Promise<ExitCode> {
	const path = `/v1/transactions/${encodeURIComponent(id)}`;
	const transaction = await api.call({ method: "GET", path, answer: transactionDocument });
	const { events } = await api.call({ method: "GET", path: `${path}/timeline`, answer: timelineDocument });
	show(io, { transaction, events }, [
		...transactionLines(transaction),
		"",
		...events.map(({ at, type, details }) => `  ${at.slice(11, 23)}  ${type.padEnd(18)} ${JSON.stringify(details)}`),
	]);
	return exitCodes.done;
}

/** `reversals list`: money that must go back and has not yet. */
export async function listReversals(io: ConsoleIo, api: ApiClient): Promise<ExitCode> {
	const list = await api.call({ method: "GET", path: "/v1/reversals", answer: reversalList });
	show(io, list, list.reversals.length === 0 ? ["No reversal is owed."] : overview(list.reversals));
	return exitCodes.done;
}

/** `reversals retry`: now, instead of at the next attempt. */
export async function retryReversal(io: ConsoleIo, api: ApiClient, id: string): Promise<ExitCode> {
	return changeReversal(io, api, { id, action: "retry", body: undefined });
}

/** `reversals release`: a person takes it over. */
export async function releaseReversal(io: ConsoleIo, api: ApiClient, id: string, note: string): Promise<ExitCode> {
	return changeReversal(io, api, { id, action: "release", body: { note } });
}

interface ReversalChange {
	readonly id: string;
	readonly action: "retry" | "release";
	readonly body: unknown;
}

async function changeReversal(io: ConsoleIo, api: ApiClient, { id, action, body }: ReversalChange): Promise<ExitCode> {
	const path = `/v1/reversals/${encodeURIComponent(id)}/${action}`;
	const transaction = await api.call({ method: "POST", path, body, answer: transactionDocument });
	show(io, transaction, transactionLines(transaction));
	return transaction.reversal?.state === "owed" ? exitCodes.unknown : exitCodes.done;
}

function overview(transactions: readonly TransactionDocument[]): readonly string[] {
	return table(
		["accepted", "lane", "amount", "outcome", "card", "reversal", "id"],
		transactions.map((transaction) => [
			transaction.acceptedAt.slice(0, 19).replace("T", " "),
			transaction.lane,
			amountOf(transaction),
			transaction.state === "finished" ? transaction.outcome : `${transaction.outcome} (${transaction.state})`,
			transaction.card?.maskedPan ?? "",
			transaction.reversal?.state ?? "",
			transaction.id,
		]),
	);
}
