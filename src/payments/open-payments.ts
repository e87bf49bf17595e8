import { randomId } from "../crypto/random.ts";
import type { Journal } from "../journal/journal.ts";
import { type SlipCopy, type Transaction } from "../journal/transaction.ts";
import type { Clock } from "../kernel/clock.ts";
import { asFault, Fault } from "../kernel/fault.ts";
import type { Log } from "../kernel/log.ts";
import { fingerprintOf, KeyTurns, keyClaim, mustMatch, referenceClaim } from "./idempotency.ts";
import type { Lane } from "./lane.ts";
import { LaneDesk } from "./lane-desk.ts";
import { Ledger } from "./ledger.ts";
import type { Payments, SaleRequest, Submitted, TransactionFilter } from "./payments.ts";
import { recover } from "./recovery.ts";
import { watchUnmatched } from "./unmatched.ts";

interface PaymentsOptions {
	readonly lanes: readonly Lane[];
	readonly journal: Journal;
	readonly clock: Clock;
	readonly log: Log;
}

const lookBack = 10_000;
const highestAmount = 999_999_999_999;

/** Opens the money side of the daemon: takes up what the last run left, then is ready for sales. */
export async function openPayments(options: PaymentsOptions): Promise<Payments> {
	const { journal, log } = options;
	const ledger = new Ledger(options);
	const desks = new Map(options.lanes.map((lane) => [lane.id, new LaneDesk({ ...options, lane, ledger })]));
	const stopWatching = watchUnmatched(options);
	const desk = (lane: string): LaneDesk => {
		const found = desks.get(lane);
		if (found === undefined) {
			throw new Fault("lane_unknown", { context: { lane } });
		}
		return found;
	};
	const deskOf = (id: string): LaneDesk => desk(ledger.get(id).lane);
	const turns = new KeyTurns();
	let closing = false;

	await recover({ journal, ledger, rooms: (lane) => desks.get(lane) });

	return {
		changes: ledger.changes,
		async sell(request, idempotencyKey) {
			if (closing) {
				throw new Fault("shutting_down");
			}
			const lane = desk(request.lane);
			checkMoney(request, lane.lane);
			return turns.run(idempotencyKey, () => submit({ request, idempotencyKey, desk: lane, ledger, journal }));
		},
		get: (id) => ledger.get(id),
		find: (filter) => find(filter, journal, ledger),
		wait: (id, ms, signal) => ledger.until(id, ({ state }) => state === "finished", { ms, signal }),
		cancel: (id) => deskOf(id).cancel(id),
		timeline: (id) => ledger.timeline(id),
		receipt: (id, copy, duplicate) => deskOf(id).receipt(id, copy, duplicate),
		print: (id, copy: SlipCopy) => deskOf(id).print(id, copy),
		meaning(transaction) {
			const code = transaction.reply?.responseCode;
			return code === undefined ? undefined : desks.get(transaction.lane)?.lane.acquirer.profile.meaning(code);
		},
		lanes: () => [...desks.values()].map((lane) => lane.view()),
		readiness: async (lane) => desk(lane).readiness(),
		signIn: (lane) => desk(lane).signIn(),
		echo: (lane) => desk(lane).echo(),
		reversals: () => [...desks.values()].flatMap((lane) => lane.reversals.owed.map((id) => ledger.get(id))),
		async retryReversal(id) {
			await deskOf(id)
				.reversals.retry(id)
				.catch(onlyWhen(() => ledger.get(id).reversal?.state === "owed"));
			return ledger.get(id);
		},
		async releaseReversal(id, by, note) {
			await deskOf(id).reversals.release(id, by, note);
			return ledger.get(id);
		},
		async close() {
			closing = true;
			stopWatching();
			await Promise.all([...desks.values()].map((lane) => lane.close()));
			log.info("payments closed");
		},
	};
}

interface Submission {
	readonly request: SaleRequest;
	readonly idempotencyKey: string;
	readonly desk: LaneDesk;
	readonly ledger: Ledger;
	readonly journal: Journal;
}

/** The key is looked at first: a repeat must find its transaction even on a busy lane. */
async function submit({ request, idempotencyKey, desk, ledger, journal }: Submission): Promise<Submitted> {
	const fingerprint = fingerprintOf(request, journal);
	const repeated = (id: string): Submitted => {
		mustMatch(ledger.get(id), fingerprint);
		return { kind: "repeated", transaction: ledger.get(id) };
	};
	const owner = journal.owner(keyClaim(idempotencyKey));
	if (owner !== undefined) {
		return repeated(owner);
	}
	const id = randomId("txn_");
	return desk.occupy(id, async () => {
		const { card: _, pin, ...order } = request;
		const { businessDay } = desk.terminal;
		const result = await ledger.begin(
			{ type: "accepted", id, kind: "sale", ...order, businessDay, idempotencyKey, fingerprint },
			[keyClaim(idempotencyKey), referenceClaim(request, businessDay)],
		);
		if (result.kind === "written") {
			desk.start({ id, card: request.card, pin });
			return { kind: "accepted", transaction: ledger.get(id) };
		}
		if (result.claim.scope === "reference") {
			throw new Fault("reference_reused", { context: { transaction: result.owner, reference: request.reference } });
		}
		return repeated(result.owner);
	});
}

function checkMoney({ amount, currency, lane }: SaleRequest, { currency: own }: Lane): void {
	if (!Number.isSafeInteger(amount) || amount < 1 || amount > highestAmount) {
		throw new Fault("request_invalid", { detail: "The amount must be a whole number of minor units above 0" });
	}
	if (currency !== own.alphabetic) {
		throw new Fault("request_invalid", {
			detail: `Lane ${lane} takes ${own.alphabetic}`,
			context: { currency: own.alphabetic },
		});
	}
}

function find(
	{ lane, reference, unknown, limit }: TransactionFilter,
	journal: Journal,
	ledger: Ledger,
): readonly Transaction[] {
	const where = { kind: "transaction", ...(lane === undefined ? {} : { lane }) } as const;
	const open = journal.streams({ ...where, unsettled: true, limit: lookBack });
	const rest =
		unknown === true
			? []
			: journal.streams({ ...where, limit: reference === undefined ? limit + open.length : lookBack });
	const all = [...new Set([...open, ...rest])].map((id) => ledger.get(id));
	return all
		.filter((transaction) => reference === undefined || transaction.reference === reference)
		.filter((transaction) => unknown !== true || transaction.outcome === "unknown")
		.sort((a, b) => Number(b.outcome === "unknown") - Number(a.outcome === "unknown") || b.acceptedAt - a.acceptedAt)
		.slice(0, limit);
}

/** The reversal's own failure is part of the answer, not an error of the request. */
function onlyWhen(stillOwed: () => boolean): (error: unknown) => void {
	return (error) => {
		const fault = asFault(error);
		if (fault.code === "reversal_unknown" || !stillOwed()) {
			throw fault;
		}
	};
}
