import { type ChildProcess, spawn } from "node:child_process";
import { once } from "node:events";
import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { afterAll, beforeAll, expect, test } from "vitest";
import type { HostLine } from "../../src/acquirers/host-line.ts";
import { openHostLine } from "../../src/acquirers/open-host-line.ts";
import { clearTdesKey } from "../../src/crypto/clear/clear-keys.ts";
import type { Journal } from "../../src/journal/journal.ts";
import { openJournal } from "../../src/journal/open-journal.ts";
import type { Transaction } from "../../src/journal/transaction.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { openPayments } from "../../src/payments/open-payments.ts";
import type { Payments } from "../../src/payments/payments.ts";
import { openPort } from "../../src/ports/open-port.ts";
import { fromHex } from "../../src/wire/hex.ts";
import { lengthPrefixFraming } from "../../src/wire/length-prefix-framing.ts";
import { clearPad } from "../support/clear-pad.ts";
import { iso87Profile } from "../support/iso87.ts";
import { present } from "../support/present.ts";
import { silentLog } from "../support/silent-log.ts";
import { testLane } from "../support/test-lane.ts";
import { testCard } from "../support/unionpay.ts";
import { until } from "../support/until.ts";

const testKey = clearTdesKey(fromHex("0123456789ABCDEFFEDCBA9876543210"));
const directory = mkdtempSync(join(tmpdir(), "iso87-"));
/** What the host has read. */
const seen: Record<string, string | boolean>[] = [];
let host: ChildProcess;
let journal: Journal;
let line: HostLine;
let payments: Payments;

beforeAll(async () => {
	const script = fileURLToPath(new URL("../support/iso87-host.ts", import.meta.url));
	const child = spawn(process.execPath, [script], { stdio: ["ignore", "pipe", "inherit"] });
	host = child;
	const lines = createInterface({ input: child.stdout });
	const [port] = await once(lines, "line");
	lines.on("line", (text) => seen.push(JSON.parse(text)));
	const profile = iso87Profile("ascii", systemClock);
	journal = await openJournal({ directory, clock: systemClock, log: silentLog });
	line = openHostLine({
		hosts: [{ kind: "tcp", host: "127.0.0.1", port: Number(port) }],
		mode: "kept_open",
		framing: lengthPrefixFraming({ maxPayload: 4096, notation: "ascii4", mayBeEmpty: true }),
		connectMs: 1000,
		openPort,
		correlate: (message) => profile.correlate(message),
		clock: systemClock,
		log: silentLog,
	});
	const timers = { answerMs: 400, reversalAnswerMs: 400, reversalBackoffMs: [10] } as const;
	payments = await openPayments({
		journal,
		clock: systemClock,
		log: silentLog,
		lanes: [
			testLane({
				pinPad: clearPad(new Map(["0/0", "0/1"].map((slot) => [slot, testKey]))).device,
				acquirer: { id: "switch", profile, line, timers },
			}),
		],
	});
});

afterAll(async () => {
	await payments.close();
	await line.close();
	await journal.close();
	host.kill();
	rmSync(directory, { recursive: true });
});

async function sell(amount: number): Promise<Transaction> {
	const request = {
		kind: "sale",
		lane: "lane1",
		amount,
		currency: "CNY",
		reference: `R${amount}`,
		card: testCard(),
		pin: "ask",
		earlier: undefined,
		supervisor: undefined,
	} as const;
	const { transaction } = await payments.pay(request, `key-${amount}`);
	const over = ({ state }: Transaction): boolean => state === "finished";
	return until("sale", () => payments.get(transaction.id), over);
}

/** Message types that the host has read about an amount, in order. */
function typesOf(amount: number): readonly unknown[] {
	return seen.filter((message) => Number(message["4"]) === amount).map((message) => message["0"]);
}

test("a sale signs on by itself and is approved under a MAC", async () => {
	const sale = await sell(1200);
	expect(sale).toMatchObject({
		outcome: "approved",
		reply: { approvalCode: "A1B2C3", retrievalReference: "000000004711" },
	});
	expect(seen.map((message) => [message["0"], message["70"]])).toEqual([
		["0800", "001"],
		["0200", undefined],
	]);
	const request = present(seen[1], "sale");
	expect(request).toMatchObject({
		2: "6222020123456789",
		3: "000000",
		4: "000000001200",
		22: "021",
		32: "00000000001",
	});
	expect(request["macIsRight"]).toBe(true);
});

test("a declined sale owes nothing", async () => {
	expect(await sell(1515)).toMatchObject({ outcome: "declined", reply: { responseCode: "51" } });
	expect(typesOf(1515)).toEqual(["0200"]);
});

test("a lost answer is reversed by 0420, then by 0421 until one is acknowledged", async () => {
	expect(await sell(1313)).toMatchObject({ outcome: "failed", moneyMoved: "no", reversal: { state: "reversed" } });
	expect(typesOf(1313)).toEqual(["0200", "0420", "0421", "0421"]);
	const [sale, first, second, third] = seen.filter((message) => Number(message["4"]) === 1313);
	expect(present(first, "0420")["90"]).toBe(`0200${sale?.["11"]}${sale?.["7"]}00000000001${"0".repeat(11)}`);
	expect(first).toMatchObject({ 39: "68", macIsRight: true });
	expect(first).not.toHaveProperty("35");
	expect(first).not.toHaveProperty("52");
	expect(second).toEqual({ ...first, 0: "0421", 128: present(second, "0421")["128"] });
	expect(present(second, "0421")["128"]).not.toBe(present(first, "0420")["128"]);
	expect(third).toEqual(second);
});

test("an approval with a wrong MAC is reversed, the reason and its approval code told", async () => {
	expect(await sell(1414)).toMatchObject({ outcome: "failed", moneyMoved: "no", reversal: { state: "reversed" } });
	expect(typesOf(1414)).toEqual(["0200", "0420"]);
	expect(seen.at(-1)).toMatchObject({ 0: "0420", 38: "A1B2C3", 39: "06", macIsRight: true });
});

test("an echo with 301 in field 70", async () => {
	const { roundTripMs } = await payments.echo("lane1");
	expect(roundTripMs).toBeGreaterThanOrEqual(0);
	expect(seen.at(-1)).toMatchObject({ 0: "0800", 70: "301" });
});
