import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { openJournal } from "../../src/journal/open-journal.ts";
import type { Transaction } from "../../src/journal/transaction.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { openPayments } from "../../src/payments/open-payments.ts";
import type { PaymentRequest, Payments } from "../../src/payments/payments.ts";
import { type ClearPad, clearPad } from "./clear-pad.ts";
import { silentLog } from "./silent-log.ts";
import { type AcquirerProcess, startAcquirer } from "./start-acquirer.ts";
import { testAcquirer, testLane } from "./test-lane.ts";
import { testCard } from "./unionpay.ts";

/** Long enough for a busy machine, short enough to wait for an answer that never comes. */
const answerMs = 500;

/** A daemon's money side over a real journal and a real line, towards the virtual acquirer in its own process. */
export interface MoneySide {
	readonly host: AcquirerProcess;
	readonly pad: ClearPad;
	readonly directory: string;
	/** Of the present run. */
	readonly payments: Payments;
	/** Stops and starts again, as after a power cut that spared nothing but the disk. */
	restart(): Promise<void>;
	/** Closes payments, line and journal; the host goes on. */
	stop(): Promise<void>;
	/** A sale of this amount unless `own` says otherwise, with a reference of its own. */
	request(amount: number, own?: Partial<PaymentRequest>): PaymentRequest;
	/** Pays and waits until nothing moves any more: finished, or its reversal in the queue and the lane free. */
	pay(amount: number, own?: Partial<PaymentRequest>): Promise<Transaction>;
	/** The transaction as soon as it is as wanted. */
	until(id: string, isWanted: (transaction: Transaction) => boolean): Promise<Transaction>;
	close(): Promise<void>;
}

export async function openMoneySide(): Promise<MoneySide> {
	const host = await startAcquirer();
	const pad = clearPad();
	const directory = mkdtempSync(join(tmpdir(), "money-"));
	let running = await start({ host, pad, directory });
	let count = 0;
	const request = (amount: number, own: Partial<PaymentRequest> = {}): PaymentRequest => {
		count += 1;
		return {
			kind: "sale",
			lane: "lane1",
			amount,
			currency: "CNY",
			reference: `R${count}`,
			card: testCard(),
			pin: "ask",
			earlier: undefined,
			supervisor: undefined,
			...own,
		};
	};
	return {
		host,
		pad,
		directory,
		get payments() {
			return running.payments;
		},
		async restart() {
			await running.close();
			running = await start({ host, pad, directory });
		},
		stop: () => running.close(),
		request,
		async pay(amount, own) {
			const asked = request(amount, own);
			const { transaction } = await running.payments.pay(asked, `key-${asked.reference}`);
			return running.payments.wait(transaction.id, 5_000);
		},
		async until(id, isWanted) {
			const { payments } = running;
			const reached = Promise.withResolvers<void>();
			const stop = payments.changes.subscribe((changed) => {
				if (changed.id === id && isWanted(changed)) {
					reached.resolve();
				}
			});
			if (!isWanted(payments.get(id))) {
				await reached.promise;
			}
			stop();
			return payments.get(id);
		},
		async close() {
			await running.close();
			await host.stop();
			rmSync(directory, { recursive: true });
		},
	};
}

async function start({ host, pad, directory }: Pick<MoneySide, "host" | "pad" | "directory">) {
	const clock = systemClock;
	const log = silentLog;
	const journal = await openJournal({ directory, clock, log });
	const acquirer = testAcquirer({ port: host.port, mode: "per_exchange", answerMs });
	const payments = await openPayments({
		journal,
		clock,
		log,
		lanes: [testLane({ pinPad: pad.device, acquirer })],
	});
	let closed = false;
	return {
		payments,
		async close() {
			if (!closed) {
				closed = true;
				await payments.close();
				await acquirer.line.close();
				await journal.close();
			}
		},
	};
}
