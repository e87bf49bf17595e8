import { mkdirSync, mkdtempSync, rmSync } from "node:fs";
import { join } from "node:path";
import { openJournal } from "../src/journal/open-journal.ts";
import { systemClock as clock } from "../src/kernel/clock.ts";
import { openPayments } from "../src/payments/open-payments.ts";
import type { Payments } from "../src/payments/payments.ts";
import { clearPad } from "../test/support/clear-pad.ts";
import { silentLog as log } from "../test/support/silent-log.ts";
import { startAcquirer } from "../test/support/start-acquirer.ts";
import { testAcquirer, testLane } from "../test/support/test-lane.ts";
import { terminal, testCard } from "../test/support/unionpay.ts";
import { type Contender, figureOf, measure, quantile, rateOf, takeTurns } from "./support/measure.ts";
import { report } from "./support/report.ts";

/**
 * Whole sales per second, PIN and MACs included: a journal on disk, the virtual acquirer in a process of its own, pads
 * that compute in memory. With one lane the time of a sale is all that the daemon, this disk and that host add to it.
 */
const lanes = Array.from({ length: 64 }, (_, index) => ({
	id: `lane${index + 1}`,
	terminalId: String(index + 1).padStart(8, "0"),
}));
const rounds = 5;
const roundMs = 2_000;
const answerMs = 10_000;
const firstAmount = 1_200;

let sales = 0;

/** One sale; gives how long it took. */
async function sell(payments: Payments, lane: string): Promise<number> {
	sales += 1;
	const order = {
		kind: "sale",
		lane,
		amount: firstAmount,
		currency: "CNY",
		reference: `R${sales}`,
		card: testCard(),
		pin: "ask",
		earlier: undefined,
		supervisor: undefined,
	} as const;
	const started = performance.now();
	const { transaction } = await payments.pay(order, `key-${sales}`);
	const { outcome } = await payments.wait(transaction.id, answerMs);
	if (outcome !== "approved") {
		throw new Error(`a sale was ${outcome}`);
	}
	return performance.now() - started;
}

function selling(payments: Payments, count: number): Contender {
	return () =>
		measure(async () => {
			const durations: number[] = [];
			const end = performance.now() + roundMs;
			const till = async (lane: string): Promise<void> => {
				while (performance.now() < end) {
					durations.push(await sell(payments, lane));
				}
			};
			await Promise.all(lanes.slice(0, count).map(({ id }) => till(id)));
			const figures = { "p50 ms": quantile(durations, 0.5), "p99 ms": quantile(durations, 0.99) };
			return { operations: durations.length, figures };
		});
}

mkdirSync(".tillbridge", { recursive: true });
const directory = mkdtempSync(join(".tillbridge", "bench-engine-"));
await using closing = new AsyncDisposableStack();
closing.defer(() => rmSync(directory, { recursive: true }));
const host = await startAcquirer({
	terminals: lanes.map(({ terminalId }) => ({
		terminalId,
		merchantId: terminal.merchantId,
		tmk: "258FB0AB70D025CDB99DF2C4D302D646",
	})),
});
closing.defer(() => host.stop());
const journal = await openJournal({ directory, clock, log });
closing.defer(() => journal.close());
const acquirer = testAcquirer({ port: host.port, mode: "kept_open", answerMs });
closing.defer(() => acquirer.line.close());
const payments = await openPayments({
	journal,
	clock,
	log,
	lanes: lanes.map(({ id, terminalId }) =>
		testLane({ id, pinPad: clearPad().device, acquirer, terminal: { ...terminal, terminalId } }),
	),
});
closing.defer(() => payments.close());

const measured = await takeTurns(rounds, { "1 lane": selling(payments, 1), "64 lanes": selling(payments, 64) });
const alone = measured["1 lane"];
const crowd = measured["64 lanes"];
report("Engine", [
	{
		title: "durable sales",
		unit: "sales",
		rate: "perSecond",
		measured,
		goals: [
			{ what: "1 lane, sales/s", bound: "at least", goal: 700, reached: rateOf("perSecond", alone) },
			{ what: "1 lane, p50 ms", bound: "at most", goal: 2, reached: figureOf("p50 ms", alone) },
			{ what: "1 lane, p99 ms", bound: "at most", goal: 10, reached: figureOf("p99 ms", alone) },
			{ what: "64 lanes, sales/s", bound: "at least", goal: 10_000, reached: rateOf("perSecond", crowd) },
		],
	},
]);
