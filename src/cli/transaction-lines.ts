import type { TransactionDocument } from "../api/transaction-document.ts";
import { currencyInfo, formatAmount } from "../payments/currency.ts";
import { type ExitCode, exitCodes } from "./exit-codes.ts";

/** An amount for people: "CNY 12.50". */
export function amountOf({ amount, currency }: Pick<TransactionDocument, "amount" | "currency">): string {
	const info = currencyInfo(currency);
	return `${currency} ${info === undefined ? String(amount) : formatAmount(amount, info)}`;
}

/** How a transaction stands, in a few lines: outcome first, then why, then what the money does. */
export function transactionLines(transaction: TransactionDocument): readonly string[] {
	const { id, outcome, state, card, host, reply, fault, reversal } = transaction;
	const word = state === "finished" || outcome !== "unknown" ? outcome : state;
	return [
		`${word.toUpperCase().replaceAll("_", " ")}  ${amountOf(moneyOf(transaction))}  ${card?.maskedPan ?? ""}`.trimEnd(),
		`  ${id}, reference ${transaction.reference}`,
		...(host === null ? [] : [`  trace ${host.stan} batch ${host.batch} terminal ${host.terminalId}`]),
		...(reply === null ? [] : [`  host: ${reply.responseCode} ${reply.text?.en ?? ""}${approval(reply.approvalCode)}`]),
		...(reply === null || reply.balance === null
			? []
			: [`  balance ${amountOf({ amount: reply.balance, currency: transaction.currency })}`]),
		...(fault === null ? [] : [`  ${fault.detail} (${fault.code})`]),
		...(reversal === null
			? []
			: [`  reversal ${reversal.state} after ${reversal.attempts} attempts: ${reversal.detail}`]),
		`  money moved: ${transaction.moneyMoved}${transaction.safeToRetry ? ", safe to sell again" : ""}`,
	];
}

/** Of a partial approval, the part. */
function moneyOf({ amount, currency, reply }: TransactionDocument): Parameters<typeof amountOf>[0] {
	return { amount: reply?.approvedAmount ?? amount, currency };
}

function approval(code: string | null): string {
	return code === null ? "" : `, approval ${code}`;
}

/** What a script is told of a transaction. */
export function exitCodeOf({ outcome }: TransactionDocument): ExitCode {
	switch (outcome) {
		case "approved":
		case "partially_approved":
			return exitCodes.done;
		case "declined":
		case "cancelled":
			return exitCodes.declined;
		case "failed":
			return exitCodes.failed;
		case "unknown":
			return exitCodes.unknown;
	}
}
