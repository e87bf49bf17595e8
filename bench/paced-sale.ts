import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { z } from "zod";
import { transactionDocument } from "../src/api/transaction-document.ts";
import { type DaemonProcess, startDaemonProcess } from "../src/cli/demo/daemon-process.ts";
import { startVirtualCounter, testTrack2, type VirtualCounter } from "../src/cli/demo/virtual-counter.ts";
import { type Sample, takeTurns } from "./support/measure.ts";
import { report } from "./support/report.ts";

/**
 * A sale through the daemon as a till sees it, with a pad on a 9600 baud line, an instant person and a host that takes
 * 100 ms, beside what physics asks for: the time of the bytes that really went over the pad's line, and the host's.
 */
const rounds = 15;
const baudRate = 9_600;
const hostMs = 100;
const bitsPerByte = 10;

const padCounts = z.object({ counts: z.object({ "bytes in": z.int(), "bytes out": z.int() }) });

async function padBytes({ pad }: VirtualCounter): Promise<number> {
	const { counts } = padCounts.parse(await pad.get());
	return counts["bytes in"] + counts["bytes out"];
}

let sales = 0;

/** One sale; gives how long the till waited. */
async function sell({ api }: DaemonProcess): Promise<number> {
	sales += 1;
	const key = `paced-${sales}`;
	const started = performance.now();
	const transaction = await api.call({
		method: "POST",
		path: "/v1/transactions",
		headers: { "idempotency-key": key, prefer: "wait=30" },
		body: {
			type: "sale",
			lane: "lane1",
			amount: 100 + sales,
			currency: "CNY",
			reference: key,
			card: { entry: "magnetic", track2: testTrack2 },
			pin: "ask",
		},
		answer: transactionDocument,
	});
	const waited = performance.now() - started;
	if (transaction.outcome !== "approved") {
		throw new Error(`the sale was ${transaction.outcome}`);
	}
	return waited;
}

async function measureSales(counter: VirtualCounter, daemon: DaemonProcess): Promise<readonly Sample[]> {
	await sell(daemon);
	const { sale } = await takeTurns(rounds, {
		async sale() {
			const before = await padBytes(counter);
			const saleMs = await sell(daemon);
			const bytes = (await padBytes(counter)) - before;
			const wireMs = (bytes * bitsPerByte * 1_000) / baudRate;
			const limitMs = wireMs + hostMs;
			const figures = {
				"sale ms": saleMs,
				bytes,
				"wire ms": wireMs,
				"limit ms": limitMs,
				"sale / limit": saleMs / limitMs,
			};
			return { operations: 1, wallMs: saleMs, cpuMs: Number.NaN, figures };
		},
	});
	return sale;
}

const directory = mkdtempSync(join(tmpdir(), "tillbridge-bench-"));
await using closing = new AsyncDisposableStack();
closing.defer(() => rmSync(directory, { recursive: true }));
const counter = await startVirtualCounter({
	directory,
	apiPort: 0,
	answerMs: 5_000,
	reversalBackoffMs: [0],
	keyDelayMs: 0,
	padBaudRate: baudRate,
});
closing.defer(() => counter.close());
await counter.acquirer.set({ faults: [{ name: "delay", mti: "0200", value: String(hostMs), count: "always" }] });
const daemon = await startDaemonProcess(counter);
closing.defer(() => daemon.stop());

const sale = await measureSales(counter, daemon);
const ratios = sale.map(({ figures }) => figures["sale / limit"] ?? Number.NaN).toSorted((a, b) => a - b);
const at = (share: number): number => ratios[Math.floor(ratios.length * share)] ?? Number.NaN;
report("Paced sale", [
	{
		title: `pad at ${baudRate} baud, host ${hostMs} ms`,
		unit: "sales",
		rate: "perSecond",
		measured: { sale },
		goals: [
			{
				what: "sale / (wire time + host time)",
				bound: "at most",
				goal: 1.05,
				reached: { median: at(0.5), lower: at(0.25), upper: at(0.75) },
			},
		],
	},
]);
