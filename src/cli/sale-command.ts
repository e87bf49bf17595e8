import { laneList } from "../api/lane-routes.ts";
import { type TransactionDocument, transactionDocument } from "../api/transaction-document.ts";
import { randomId } from "../crypto/random.ts";
import { Fault, isFault } from "../kernel/fault.ts";
import { currencyInfo, parseAmount } from "../payments/currency.ts";
import type { ApiClient } from "./api-client.ts";
import { type ConsoleIo, show } from "./console-io.ts";
import type { ExitCode } from "./exit-codes.ts";
import { hiddenLine } from "./hidden-line.ts";
import { exitCodeOf, transactionLines } from "./transaction-lines.ts";

export interface SaleArguments {
	/** "12.50" */
	readonly amount: string;
	readonly lane: string | undefined;
	readonly reference: string | undefined;
	/** The key of an earlier try of the same sale. */
	readonly key: string | undefined;
	readonly pin: boolean;
}

/** One request waits this long, the sale itself may take longer: whoever has money in doubt hears of it this soon. */
const waitSeconds = 2;

/** `sale`: takes a payment. The card comes from a hidden prompt or a pipe, since arguments are seen by everyone. */
export async function sell(io: ConsoleIo, api: ApiClient, given: SaleArguments): Promise<ExitCode> {
	const { lanes } = await api.call({ method: "GET", path: "/v1/lanes", answer: laneList });
	const lane = lanes.find(({ id }) => id === given.lane) ?? (given.lane === undefined ? lanes[0] : undefined);
	if (lane === undefined) {
		throw new Fault("lane_unknown", { detail: `There is no lane ${given.lane ?? "at all"}` });
	}
	const info = currencyInfo(lane.currency);
	const amount = info === undefined ? undefined : parseAmount(given.amount, info);
	if (amount === undefined) {
		throw new Fault("request_invalid", { detail: `${given.amount} is no amount in ${lane.currency}` });
	}
	const key = given.key ?? randomId("cli_");
	const order = {
		type: "sale",
		lane: lane.id,
		amount,
		currency: lane.currency,
		reference: given.reference ?? key,
		card: cardOf(await hiddenLine("Card (swipe, or number and YYMM): ")),
		pin: given.pin ? "ask" : "none",
	};
	if (!io.json) {
		io.error(`Idempotency-Key ${key}: use --key ${key} if this command is cut short`);
	}
	const transaction = await follow(api, await place(api, order, key));
	show(io, transaction, transactionLines(transaction));
	return exitCodeOf(transaction);
}

/** A track has a separator; a typed card is number and expiry. */
function cardOf(line: string): unknown {
	const text = line.trim();
	const [pan = "", expiry = ""] = text.split(/\s+/);
	return /[=D]/.test(text) ? { entry: "magnetic", track2: text } : { entry: "manual", pan, expiry };
}

/** The same key on every try: a lost answer costs nothing but time. */
async function place(api: ApiClient, body: unknown, key: string): Promise<TransactionDocument> {
	const call = {
		method: "POST",
		path: "/v1/transactions",
		body,
		headers: { "idempotency-key": key, prefer: `wait=${waitSeconds}` },
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
