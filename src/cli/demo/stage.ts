import { z } from "zod";
import { timelineDocument } from "../../api/timeline-document.ts";
import { type TransactionDocument, transactionDocument } from "../../api/transaction-document.ts";
import { systemClock } from "../../kernel/clock.ts";
import { pause } from "../../kernel/deadline.ts";
import type { ApiClient } from "../api-client.ts";
import type { ConsoleIo } from "../console-io.ts";
import { transactionLines } from "../transaction-lines.ts";
import { testTrack2 } from "./virtual-counter.ts";

const waitSeconds = 15;
const lookAgainMs = 50;

/** What the virtual acquirer has in its books. */
export const acquirerState = z.object({
	ledger: z.array(
		z.object({
			kind: z.string(),
			amount: z.int(),
			state: z.string(),
			stan: z.string(),
			batch: z.string(),
			voided: z.boolean(),
		}),
	),
	violations: z.array(z.object({ rule: z.string() })),
	counts: z.record(z.string(), z.int()),
});

/** What the virtual printer has printed. */
export const printerState = z.object({ slips: z.array(z.object({ text: z.string() })) });

/** Asks the daemon for a sale with the test card, as a till would; does not wait for its end. */
export function startSale(api: ApiClient, amount: number, key: string): Promise<TransactionDocument> {
	return api.call({
		method: "POST",
		path: "/v1/transactions",
		headers: { "idempotency-key": key },
		body: {
			type: "sale",
			lane: "lane1",
			amount,
			currency: "CNY",
			reference: key,
			card: { entry: "magnetic", track2: testTrack2 },
			pin: "ask",
		},
		answer: transactionDocument,
	});
}

/** The transaction when nothing moves any more: finished, its reversal acknowledged, its slips out. */
export async function settled(api: ApiClient, id: string): Promise<TransactionDocument> {
	for (;;) {
		const path = `/v1/transactions/${id}?wait=${waitSeconds}`;
		const transaction = await api.call({ method: "GET", path, answer: transactionDocument });
		const printing = transaction.slips.some(({ state }) => state === "queued");
		if (transaction.state === "finished" && transaction.reversal?.state !== "owed" && !printing) {
			return transaction;
		}
		await pause(systemClock, lookAgainMs);
	}
}

/** A transaction's outcome and its events, each with the milliseconds since it was accepted. */
export async function showTimeline(io: ConsoleIo, api: ApiClient, transaction: TransactionDocument): Promise<void> {
	const path = `/v1/transactions/${transaction.id}/timeline`;
	const { events } = await api.call({ method: "GET", path, answer: timelineDocument });
	const started = Date.parse(events[0]?.at ?? transaction.acceptedAt);
	for (const { at, type, details } of events) {
		const ms = Date.parse(at) - started;
		io.out(`  ${`+${ms} ms`.padStart(9)}  ${type.padEnd(17)} ${telling(details)}`.trimEnd());
	}
	for (const line of transactionLines(transaction)) {
		io.out(`  ${line}`);
	}
}

const told: ReadonlySet<string> = new Set([
	"stan",
	"pin",
	"reason",
	"detail",
	"responseCode",
	"approvalCode",
	"attempt",
	"note",
	"copy",
]);

/** The details a reader wants in one line; what the host said and is known by lies one level down. */
function telling(details: Readonly<Record<string, unknown>>): string {
	const { host, reply, ...own } = details;
	return Object.entries({ ...own, ...asRecord(host), ...asRecord(reply) })
		.filter(([name, value]) => told.has(name) && value !== undefined)
		.map(([name, value]) => `${name} ${String(value)}`)
		.join(", ");
}

function asRecord(value: unknown): object {
	return typeof value === "object" && value !== null ? value : {};
}
