import { z } from "zod";
import { wipeCard } from "../card/card.ts";
import type { Transaction } from "../journal/transaction.ts";
import { isFault } from "../kernel/fault.ts";
import type { PaymentRequest, Payments, Submitted } from "../payments/payments.ts";
import { document } from "./documents.ts";
import { paymentOrderDocument, paymentRequest } from "./payment-order.ts";
import { preferHeader, preferredWait, waitQuery } from "./preferences.ts";
import { nothing, type Route, route } from "./route.ts";
import { showTimeline, timelineDocument } from "./timeline-document.ts";
import { showTransaction, transactionDocument } from "./transaction-document.ts";

const tag = "transactions";

export const transactionList = document("TransactionList", z.object({ transactions: z.array(transactionDocument) }));

const receiptDocument = document(
	"Receipt",
	z.object({
		copy: z.enum(["merchant", "customer"]),
		duplicate: z.boolean(),
		text: z.string().meta({ description: "Lines of 42 columns" }),
		markup: z.string().meta({ description: "The same as receiptline markup, for a printer of your own" }),
	}),
);

const transactionId = z.string().meta({ description: "`txn_…`", examples: ["txn_01KB0Q3Z5T8W2Y4N6P7R9S1V3X"] });
const byId = z.strictObject({ id: transactionId });
const byCopy = byId.extend({
	copy: z.enum(["merchant", "customer"]).meta({ examples: ["customer"] }),
});
const flag = z
	.enum(["true", "false"])
	.meta({ examples: ["true"] })
	.transform((text) => text === "true");

const finished = {
	description: "Finished: see `outcome`. A decline is one, not an error.",
	schema: transactionDocument,
};
const underWay = { description: "Under way; ask again at `Location`.", schema: transactionDocument };
const asItStands = { description: "The transaction as it stands", schema: transactionDocument };

const saleHeaders = {
	Location: "Where the transaction is",
	"Idempotency-Replayed": "`true` when the key came before: nothing new was begun",
	"Preference-Applied": "The wait that was granted (RFC 7240)",
};

/** Money. */
export function transactionRoutes(payments: Payments): readonly Route[] {
	return [...sellingRoutes(payments), ...lookingRoutes(payments), ...receiptRoutes(payments)];
}

function sellingRoutes(payments: Payments): readonly Route[] {
	return [
		route({
			method: "POST",
			url: "/v1/transactions",
			scope: "sell",
			tag,
			summary: "Take a payment. One Idempotency-Key per sale, the same key on every retry.",
			request: {
				...nothing,
				headers: z.object({
					"idempotency-key": z
						.string("is missing")
						.regex(/^[\x21-\x7e]{1,255}$/, "must be 1 to 255 visible ASCII characters")
						.meta({ description: "One per sale, the same on every retry", examples: ["2026-000123-a"] }),
					prefer: preferHeader,
					"tillbridge-supervisor": z
						.string()
						.optional()
						.meta({ description: "Token of a supervisor, for kinds that need one" }),
				}),
				body: paymentOrderDocument,
			},
			answers: { 201: { ...finished, headers: saleHeaders }, 202: { ...underWay, headers: saleHeaders } },
			async handle({ headers, body, signal, supervisor }) {
				const { kind, transaction } = await submit(
					payments,
					paymentRequest(body, supervisor()),
					headers["idempotency-key"],
				);
				const seconds = preferredWait(headers.prefer);
				const now = await payments.wait(transaction.id, (seconds ?? 0) * 1000, signal);
				return {
					status: now.state === "finished" ? 201 : 202,
					body: showTransaction(now, payments),
					headers: {
						location: `/v1/transactions/${now.id}`,
						...(kind === "repeated" ? { "idempotency-replayed": "true" } : {}),
						...waitApplied(seconds),
					},
				};
			},
		}),
		route({
			method: "POST",
			url: "/v1/transactions/:id/cancel",
			scope: "sell",
			tag,
			summary: "Ask for cancellation. What came of it is in the transaction.",
			request: { ...nothing, params: byId },
			answers: { 200: finished, 202: underWay },
			async handle({ params }) {
				const now = await cancel(payments, params.id);
				return { status: now.state === "finished" ? 200 : 202, body: showTransaction(now, payments) };
			},
		}),
	];
}

function lookingRoutes(payments: Payments): readonly Route[] {
	return [
		route({
			method: "GET",
			url: "/v1/transactions",
			scope: "read",
			tag,
			summary: "Transactions: those with an open outcome first, then the newest.",
			request: {
				...nothing,
				query: z.strictObject({
					lane: z
						.string()
						.optional()
						.meta({ examples: ["lane1"] }),
					reference: z
						.string()
						.optional()
						.meta({ description: "The till's own number", examples: ["2026-000123"] }),
					unknown: flag.optional().meta({ description: "Only those with an open outcome" }),
					limit: z
						.string()
						.regex(/^(?:[1-9]\d?|[1-4]\d\d|500)$/, "must be 1 to 500")
						.meta({ examples: ["50"] })
						.default("50")
						.transform(Number),
				}),
			},
			answers: { 200: { description: "The transactions", schema: transactionList } },
			handle: ({ query }) => ({
				status: 200,
				body: { transactions: payments.find(query).map((one) => showTransaction(one, payments)) },
			}),
		}),
		route({
			method: "GET",
			url: "/v1/transactions/:id",
			scope: "read",
			tag,
			summary: "One transaction; with a wait, as soon as it is finished.",
			request: {
				params: byId,
				query: z.strictObject({ wait: waitQuery }),
				headers: z.object({ prefer: preferHeader }),
				body: nothing.body,
			},
			answers: { 200: asItStands },
			async handle({ params, query, headers, signal }) {
				const preferred = preferredWait(headers.prefer);
				const seconds = query.wait ?? preferred ?? 0;
				const now = await payments.wait(params.id, seconds * 1000, signal);
				return { status: 200, body: showTransaction(now, payments), headers: waitApplied(preferred) };
			},
		}),
		route({
			method: "GET",
			url: "/v1/transactions/:id/timeline",
			scope: "read",
			tag,
			summary: "Everything that happened to a transaction, as the journal has it.",
			request: { ...nothing, params: byId },
			answers: { 200: { description: "The events, oldest first", schema: timelineDocument } },
			handle: ({ params }) => ({ status: 200, body: showTimeline(payments.timeline(params.id)) }),
		}),
	];
}

function receiptRoutes(payments: Payments): readonly Route[] {
	return [
		route({
			method: "GET",
			url: "/v1/transactions/:id/receipts/:copy",
			scope: "read",
			tag,
			summary: "A receipt to show or to print on a printer of your own.",
			request: {
				...nothing,
				params: byCopy,
				query: z.strictObject({
					duplicate: flag.default(false).meta({ description: "Marked as duplicate" }),
				}),
			},
			answers: { 200: { description: "The receipt", schema: receiptDocument } },
			handle({ params: { id, copy }, query: { duplicate } }) {
				const { text, markup } = payments.receipt(id, copy, duplicate);
				return { status: 200, body: { copy, duplicate, text, markup } };
			},
		}),
		route({
			method: "POST",
			url: "/v1/transactions/:id/receipts/:copy/print",
			scope: "sell",
			tag,
			summary: "Print a receipt once more on the lane's printer, marked as duplicate.",
			request: { ...nothing, params: byCopy },
			answers: { 202: { description: "Queued; see `slips`", schema: transactionDocument } },
			handle: async ({ params: { id, copy } }) => ({
				status: 202,
				body: showTransaction(await payments.print(id, copy), payments),
			}),
		}),
	];
}

/** The card of a request that starts nothing is not needed any more. */
async function submit(payments: Payments, request: PaymentRequest, idempotencyKey: string): Promise<Submitted> {
	let kind: Submitted["kind"] | "refused" = "refused";
	try {
		const submitted = await payments.pay(request, idempotencyKey);
		kind = submitted.kind;
		return submitted;
	} finally {
		if (kind !== "accepted") {
			wipeCard(request.card);
		}
	}
}

/** Asking twice is asking once: a till that missed the first answer is not told that it came too late. */
async function cancel(payments: Payments, id: string): Promise<Transaction> {
	try {
		return await payments.cancel(id);
	} catch (error) {
		const now = payments.get(id);
		if (isFault(error, "too_late_to_cancel") && now.outcome === "cancelled") {
			return now;
		}
		throw error;
	}
}

function waitApplied(seconds: number | undefined): Readonly<Record<string, string>> {
	return seconds === undefined ? {} : { "preference-applied": `wait=${seconds}` };
}
