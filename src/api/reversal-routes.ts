import { z } from "zod";
import type { Payments } from "../payments/payments.ts";
import { document } from "./documents.ts";
import { nothing, type Route, route } from "./route.ts";
import { showTransaction, transactionDocument } from "./transaction-document.ts";

const tag = "reversals";

export const reversalList = document("ReversalList", z.object({ reversals: z.array(transactionDocument) }));

const releaseDocument = document(
	"ReversalRelease",
	z
		.strictObject({
			note: z.string().trim().min(1, "is empty").max(200).meta({ description: "Why, and what was agreed with whom" }),
		})
		.meta({ examples: [{ note: "Reversed by the bank's help desk, ticket 4711" }] }),
);

const byId = z.strictObject({ id: z.string().meta({ examples: ["txn_01KB0Q3Z5T8W2Y4N6P7R9S1V3X"] }) });

/** Money that must go back. The daemon does it by itself; a person may hurry it or take it over. */
export function reversalRoutes(payments: Payments): readonly Route[] {
	return [
		route({
			method: "GET",
			url: "/v1/reversals",
			scope: "read",
			tag,
			summary: "Transactions whose reversal is owed, oldest first.",
			request: nothing,
			answers: { 200: { description: "The transactions", schema: reversalList } },
			handle: () => ({
				status: 200,
				body: { reversals: payments.reversals().map((one) => showTransaction(one, payments)) },
			}),
		}),
		route({
			method: "POST",
			url: "/v1/reversals/:id/retry",
			scope: "operate",
			tag,
			summary: "Send a reversal now instead of waiting for the next attempt.",
			request: { ...nothing, params: byId },
			answers: { 200: { description: "See `reversal` for what came of it", schema: transactionDocument } },
			handle: async ({ params: { id } }) => ({
				status: 200,
				body: showTransaction(await payments.retryReversal(id), payments),
			}),
		}),
		route({
			method: "POST",
			url: "/v1/reversals/:id/release",
			scope: "admin",
			tag,
			summary: "A person takes the reversal over: it is not sent any more, the outcome stays unknown.",
			request: { ...nothing, params: byId, body: releaseDocument },
			answers: { 200: { description: "The transaction", schema: transactionDocument } },
			handle: async ({ params: { id }, body: { note }, token }) => ({
				status: 200,
				body: showTransaction(await payments.releaseReversal(id, token?.name ?? "unknown", note), payments),
			}),
		}),
	];
}
