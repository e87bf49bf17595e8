import type { Journal } from "../journal/journal.ts";
import { type SlipCopy, type Transaction } from "../journal/transaction.ts";
import type { Clock } from "../kernel/clock.ts";
import { asFault, Fault } from "../kernel/fault.ts";
import type { Log } from "../kernel/log.ts";
import { Corrections } from "./corrections.ts";
import type { Lane } from "./lane.ts";
import { LaneDesk } from "./lane-desk.ts";
import { Ledger } from "./ledger.ts";
import type { Payments, TransactionFilter } from "./payments.ts";
import { recover } from "./recovery.ts";
import { Submission } from "./submission.ts";
import { watchUnmatched } from "./unmatched.ts";

interface PaymentsOptions {
	readonly lanes: readonly Lane[];
	readonly journal: Journal;
	readonly clock: Clock;
	readonly log: Log;
}

const lookBack = 10_000;

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
	const corrections = new Corrections({ journal, ledger });
	const submission = new Submission({ ...options, ledger, corrections });
	let closing = false;

	await recover({ journal, ledger, rooms: (lane) => desks.get(lane) });

	return {
		changes: ledger.changes,
		async pay(request, idempotencyKey) {
			if (closing) {
				throw new Fault("shutting_down");
			}
			return submission.submit(request, idempotencyKey, desk(request.lane));
		},
		get: (id) => ledger.get(id),
		find: (filter) => find(filter, journal, ledger),
		wait: (id, ms, signal) => ledger.until(id, ({ state }) => state === "finished", { ms, signal }),
		cancel: (id) => deskOf(id).cancel(id),
		timeline: (id) => ledger.timeline(id),
		receipt: (id, copy, duplicate) => deskOf(id).receipt(id, copy, duplicate),
		print: (id, copy: SlipCopy) => deskOf(id).print(id, copy),
		corrected: (id) => corrections.of(id),
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
