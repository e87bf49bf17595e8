import { laneList } from "../api/lane-routes.ts";
import { type TransactionDocument, transactionDocument } from "../api/transaction-document.ts";
import type { PaymentKind } from "../card/payment-kind.ts";
import { randomId } from "../crypto/random.ts";
import { Fault, isFault } from "../kernel/fault.ts";
import { currencyInfo, parseAmount } from "../payments/currency.ts";
import type { ApiClient } from "./api-client.ts";
import { type ConsoleIo, show } from "./console-io.ts";
import type { ExitCode } from "./exit-codes.ts";
import { hiddenLine } from "./hidden-line.ts";
import { exitCodeOf, transactionLines } from "./transaction-lines.ts";

/** A command that takes or gives back money, as data. */
export interface PaymentCommand {
	/** Name and arguments, as commander writes them. */
	readonly words: string;
	readonly type: PaymentKind;
	readonly description: string;
	readonly pin: "ask" | "none";
}

/** What the command line said. */
export interface PaymentArguments {
	/** "12.50" */
	readonly amount?: string | undefined;
	/** Id of the payment that is corrected or completed. */
	readonly transaction?: string | undefined;
	readonly lane?: string | undefined;
	readonly reference?: string | undefined;
	/** The key of an earlier try of the same payment. */
	readonly key?: string | undefined;
	/** True and false overrule what the command does by itself. */
	readonly pin?: boolean | undefined;
}

export const paymentCommands: readonly PaymentCommand[] = [
	{ words: "sale <amount>", type: "sale", description: "take a payment", pin: "ask" },
	{ words: "void <transaction>", type: "void", description: "undo a sale of today", pin: "none" },
	{
		words: "refund <transaction> [amount]",
		type: "refund",
		description: "give a sale back, or a part of it",
		pin: "none",
	},
	{ words: "preauth <amount>", type: "preauth", description: "hold an amount", pin: "ask" },
	{ words: "preauth-void <transaction>", type: "preauth_void", description: "release a hold", pin: "none" },
	{ words: "complete <transaction> [amount]", type: "completion", description: "take what was held", pin: "none" },
	{
		words: "complete-void <transaction>",
		type: "completion_void",
		description: "undo a completion of today",
		pin: "none",
	},
	{ words: "balance", type: "balance", description: "ask what is on the card", pin: "ask" },
];

/** Kinds that a supervisor usually must allow: the caller's own token, or the one in TILLBRIDGE_SUPERVISOR, stands for it. */
const supervised: ReadonlySet<PaymentKind> = new Set(["void", "refund", "preauth_void", "completion_void"]);

/** One request waits this long, the payment itself may take longer: whoever has money in doubt hears of it this soon. */
const waitSeconds = 2;

/** Runs a payment. The card comes from a hidden prompt or a pipe, since arguments are seen by everyone. */
export async function pay(
	io: ConsoleIo,
	api: ApiClient,
	{ type, pin }: PaymentCommand,
	given: PaymentArguments,
): Promise<ExitCode> {
	const { id: lane, currency } = await laneOf(api, given.lane);
	const amount = amountOf(given.amount, currency);
	const key = given.key ?? randomId("cli_");
	const order = {
		type,
		lane,
		...(amount === undefined ? {} : { amount }),
		...(given.transaction === undefined ? {} : { original: { transaction: given.transaction } }),
		currency,
		reference: given.reference ?? key,
		card: cardOf(await hiddenLine("Card (swipe, or number and YYMM): ")),
		pin: given.pin === undefined ? pin : given.pin ? "ask" : "none",
	};
	if (!io.json) {
		io.error(`Idempotency-Key ${key}: use --key ${key} if this command is cut short`);
	}
	const transaction = await follow(api, await place(api, order, { key, supervised: supervised.has(type) }));
	show(io, transaction, transactionLines(transaction));
	return exitCodeOf(transaction);
}

/** The named lane, or the first one. */
async function laneOf(api: ApiClient, name: string | undefined) {
	const { lanes } = await api.call({ method: "GET", path: "/v1/lanes", answer: laneList });
	const lane = name === undefined ? lanes[0] : lanes.find(({ id }) => id === name);
	if (lane === undefined) {
		throw new Fault("lane_unknown", { detail: `There is no lane ${name ?? "at all"}` });
	}
	return lane;
}

function amountOf(text: string | undefined, currency: string): number | undefined {
	if (text === undefined) {
		return undefined;
	}
	const info = currencyInfo(currency);
	const amount = info === undefined ? undefined : parseAmount(text, info);
	if (amount === undefined) {
		throw new Fault("request_invalid", { detail: `${text} is no amount in ${currency}` });
	}
	return amount;
}

/** A track has a separator; a typed card is number and expiry. */
function cardOf(line: string): unknown {
	const text = line.trim();
	const [pan = "", expiry = ""] = text.split(/\s+/);
	return /[=D]/.test(text) ? { entry: "magnetic", track2: text } : { entry: "manual", pan, expiry };
}

/** The same key on every try: a lost answer costs nothing but time. */
async function place(
	api: ApiClient,
	body: unknown,
	{ key, supervised: isSupervised }: { readonly key: string; readonly supervised: boolean },
): Promise<TransactionDocument> {
	const call = {
		method: "POST",
		path: "/v1/transactions",
		body,
		headers: { "idempotency-key": key, prefer: `wait=${waitSeconds}` },
		supervised: isSupervised,
		answer: transactionDocument,
	} as const;
	try {
		return await api.call(call);
	} catch (error) {
		if (!isFault(error, "daemon_unreachable")) {
			throw error;
		}
		return await api.call(call);
	}
}

/** Up to the end, or to a reversal: the daemon goes on with that by itself, and a person wants to know now. */
async function follow(api: ApiClient, placed: TransactionDocument): Promise<TransactionDocument> {
	let transaction = placed;
	while (transaction.state !== "finished" && transaction.reversal?.state !== "owed") {
		const path = `/v1/transactions/${transaction.id}?wait=${waitSeconds}`;
		transaction = await api.call({ method: "GET", path, answer: transactionDocument });
	}
	return transaction;
}
