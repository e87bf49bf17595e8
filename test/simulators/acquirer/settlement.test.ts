import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, afterEach, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HostLine } from "../../../src/acquirers/host-line.ts";
import { type Card, magneticCard } from "../../../src/card/card.ts";
import type { BatchBook } from "../../../src/simulators/acquirer/settlement.ts";
import { type AcquirerProcess, startAcquirer } from "../../support/start-acquirer.ts";
import { lineTo, type Paid, TestTerminal } from "../../support/test-terminal.ts";
import { shippedProfile } from "../../support/unionpay.ts";

const profile = shippedProfile();
const [domesticPan, foreignPan] = ["6222020123456789", "4761739001010119"];
const cards = [
	{ pan: domesticPan, pin: "123456" },
	{ pan: foreignPan, pin: "1234", scheme: "VIS" },
];
const nothing = "0".repeat(30);
const scratch = mkdtempSync(join(tmpdir(), "settlement-"));
const options = { cards, ledgerFile: join(scratch, "ledger.jsonl") };
let acquirer: AcquirerProcess;
let line: HostLine;
let till: TestTerminal;
let complaints = 0;

function foreignCard(): Card {
	const card = magneticCard(`${foreignPan}=30122010000000000`, undefined);
	if ("problem" in card) {
		throw new Error(card.problem);
	}
	return card;
}

/** Debits and credits of one card class, as field 48 has them. */
function sums(debit: number, debits: number, credit: number, credits: number): string {
	const digits = (value: number, count: number): string => String(value).padStart(count, "0");
	return `${digits(debit, 12)}${digits(debits, 3)}${digits(credit, 12)}${digits(credits, 3)}`;
}

function record({ identity }: Paid, amount: number, cardClass = "00", pan = domesticPan): string {
	return `${cardClass}${identity.stan}${pan.padStart(20, "0")}${String(amount).padStart(12, "0")}`;
}

async function book(batch: string): Promise<BatchBook | undefined> {
	return (await acquirer.state()).batches.find((candidate) => candidate.batch === batch);
}

async function rules(): Promise<readonly string[]> {
	return (await acquirer.state()).violations.slice(complaints).map(({ rule }) => rule);
}

/** A refund as it is uploaded by itself: its own fields without card tracks, under its own trace number. */
async function uploadRefund({ identity }: Paid, original: Paid, amount: number): Promise<unknown> {
	const { batch, stan, date } = original.identity;
	const answer = await till.send("0320", {
		2: domesticPan,
		3: "200000",
		4: String(amount).padStart(12, "0"),
		11: identity.stan ?? "",
		22: "022",
		25: "00",
		49: "156",
		60: till.field60("25", "000", "500"),
		61: `${batch}${stan}${date}`,
	});
	return answer.fields[39];
}

beforeAll(async () => {
	acquirer = await startAcquirer(options);
	line = lineTo(profile, acquirer.port, "kept_open");
	till = new TestTerminal(profile, line);
});

afterAll(async () => {
	await line.close();
	await acquirer.stop();
	rmSync(scratch, { recursive: true });
});

/** Every test has a batch of its own: the one the host names at sign-in. */
beforeEach(async () => {
	await acquirer.setFaults();
	till.batch = (await till.signIn()).batch ?? "";
	complaints = (await acquirer.state()).violations.length;
});

/** Whatever a test left open is closed. */
afterEach(async () => {
	await acquirer.setFaults();
	await till.signIn();
	const { totals } = await till.settle(`${nothing}0${nothing}0`);
	const agreed = totals === `${nothing}1${nothing}1`;
	const { records = [] } = (await book(till.batch)) ?? {};
	await till.endUpload(agreed ? "207" : "202", records.length);
});

describe("totals that agree", () => {
	test("the answer has flags and no response code; the end closes the batch, and the next one counts on", async () => {
		const sale = await till.pay("sale", 100);
		await till.pay("void", 100, sale.identity);
		const kept = await till.pay("sale", 500);
		const foreign = await till.pay("sale", 70, undefined, { card: foreignCard() });
		await till.pay("refund", 30, foreign.identity, { card: foreignCard() });
		await till.pay("preauth", 9000);
		await till.reverse(await till.pay("sale", 8000));
		const told = [sums(600, 2, 100, 1), sums(70, 1, 30, 1)];
		expect(await till.settle(`${told[0]}0${told[1]}0`)).toEqual({ totals: `${told[0]}1${told[1]}1`, code: undefined });
		expect(await till.endUpload("207", 0)).toBe("00");
		const batch = till.batch;
		expect(await book(batch)).toMatchObject({ state: "closed", end: "207", flags: { domestic: "1", foreign: "1" } });
		expect((await till.signIn()).batch).toBe("000002");
		till.batch = "000002";
		expect((await till.pay("void", 500, kept.identity)).code).toBe("12");
		expect((await till.pay("refund", 500, kept.identity)).code).toBe("00");
		expect(await rules()).toEqual([]);
		expect(await till.reverse(foreign)).toBe("12");
		expect(await rules()).toEqual(["reversal of a settled transaction"]);
	});

	test("an empty batch is settled too, and a repeated end is answered like the first", async () => {
		expect((await till.settle(`${nothing}0${nothing}0`)).totals).toBe(`${nothing}1${nothing}1`);
		expect(await till.endUpload("207", 0)).toBe("00");
		expect(await till.endUpload("207", 0)).toBe("00");
		expect(await rules()).toEqual([]);
	});

	test("a closed batch takes no sale and no settlement", async () => {
		await till.settle(`${nothing}0${nothing}0`);
		await till.endUpload("207", 0);
		expect((await till.pay("sale", 100)).code).toBe("77");
		expect(await till.settle(`${nothing}0${nothing}0`)).toEqual({ totals: `${nothing}3${nothing}3`, code: undefined });
		expect(await rules()).toEqual(["another batch than the present one", "another batch than the present one"]);
		till.batch = (await till.signIn()).batch ?? "";
	});

	test("closed batches are remembered over a restart of the host", async () => {
		await till.pay("sale", 100);
		await till.settle(`${sums(100, 1, 0, 0)}0${nothing}0`);
		await till.endUpload("207", 0);
		const again = await startAcquirer(options);
		const { batches } = await again.state();
		await again.stop();
		expect(batches.find(({ batch }) => batch === till.batch)?.state).toBe("closed");
		expect(batches.at(-1)?.batch).toBe((await till.signIn()).batch);
		till.batch = (await till.signIn()).batch ?? "";
	});
});

describe("totals that do not agree", () => {
	test("the answer has the host's totals; records and refunds are taken, doubles counted, the rest found missing", async () => {
		const sale = await till.pay("sale", 1000);
		const other = await till.pay("sale", 2000);
		const refund = await till.pay("refund", 50, sale.identity);
		const lost = await till.pay("sale", 4000);
		const own = sums(7000, 3, 50, 1);
		expect((await till.settle(`${sums(3000, 2, 50, 1)}0${nothing}0`)).totals).toBe(`${own}2${nothing}1`);
		expect(await till.uploadRecords(record(sale, 1000), record(other, 1999))).toBe("00");
		expect(await till.uploadRecords(record(sale, 1000), record(other, 1999))).toBe("00");
		expect(await till.uploadRecords(record({ ...lost, identity: { stan: "999999" } }, 1))).toBe("00");
		expect(await uploadRefund(refund, sale, 50)).toBe("00");
		expect(await till.endUpload("202", 4)).toBe("00");
		const closed = await book(till.batch);
		expect(closed).toMatchObject({ state: "closed", end: "202", duplicates: 2, missing: [lost.identity.stan] });
		expect(closed?.records.map(({ verdict }) => verdict)).toEqual(["matched", "differs", "unknown", "matched"]);
		expect(JSON.stringify(closed)).not.toContain(domesticPan);
		expect(await rules()).toEqual([]);
		till.batch = (await till.signIn()).batch ?? "";
	});

	test("only the card class without agreement is uploaded", async () => {
		const sale = await till.pay("sale", 1000);
		const foreign = await till.pay("sale", 70, undefined, { card: foreignCard() });
		const { totals } = await till.settle(`${sums(1000, 1, 0, 0)}0${nothing}0`);
		expect(totals).toBe(`${sums(1000, 1, 0, 0)}1${sums(70, 1, 0, 0)}2`);
		await till.uploadRecords(record(foreign, 70, "01", foreignPan));
		expect(await rules()).toEqual([]);
		await till.uploadRecords(record(sale, 1000));
		expect(await rules()).toEqual(["a record of a card class whose totals agreed"]);
	});

	test("the end must say so and count right", async () => {
		const sale = await till.pay("sale", 1000);
		await till.settle(`${nothing}0${nothing}0`);
		await till.uploadRecords(record(sale, 1000));
		expect(await till.endUpload("207", 1)).toBe("30");
		expect(await till.endUpload("202", 2)).toBe("95");
		expect(await rules()).toEqual([
			"the end is 207, but the totals did not agree",
			"the end names 2 records, but 1 came",
		]);
	});

	test("refunds go by themselves, and nothing else does", async () => {
		const sale = await till.pay("sale", 1000);
		const refund = await till.pay("refund", 50, sale.identity);
		await till.settle(`${nothing}0${nothing}0`);
		await till.uploadRecords(record(refund, 50));
		await uploadRefund(sale, sale, 1000);
		expect(await rules()).toEqual(["a refund is uploaded by itself", "only a refund is uploaded by itself"]);
	});

	test("records that the length belies, and uploads outside a settlement, are refused", async () => {
		const sale = await till.pay("sale", 1000);
		expect(await till.uploadRecords(record(sale, 1000))).toBe("12");
		expect(await till.uploadRecords(record(sale, 1000).slice(1))).toBe("30");
		expect(await rules()).toEqual(["an upload without a settlement", "field 48 does not hold its records"]);
	});

	test("a sale meanwhile makes the settlement begin again; records that came go on counting only without one", async () => {
		const sale = await till.pay("sale", 1000);
		await till.settle(`${nothing}0${nothing}0`);
		await till.pay("sale", 1);
		expect(await rules()).toEqual([]);
		expect(await till.uploadRecords(record(sale, 1000))).toBe("12");
		await till.settle(`${nothing}0${nothing}0`);
		await till.uploadRecords(record(sale, 1000));
		await till.settle(`${nothing}0${nothing}0`);
		expect((await book(till.batch))?.records.length).toBe(1);
		await till.pay("sale", 1);
		expect(await rules()).toEqual([
			"an upload without a settlement",
			"a card transaction while its batch is being uploaded",
		]);
	});
});

test("a settlement has a trace number of its own", async () => {
	const sale = await till.pay("sale", 1000);
	const fields = { 11: sale.identity.stan ?? "", 48: `${nothing}0${nothing}0`, 49: "156", 63: "01 " };
	const answer = await till.send("0500", { ...fields, 60: till.field60("00", "201") });
	expect(answer.fields[63]).toBe("01 ");
	expect(await rules()).toEqual(["trace number used twice in one batch"]);
});

describe("faults of a settlement", () => {
	test("mismatch: the host's totals are off by the value, for one settlement", async () => {
		await till.pay("sale", 1000);
		await acquirer.setFaults({ name: "mismatch", value: "-1" });
		await till.pay("sale", 10);
		const told = `${sums(1010, 2, 0, 0)}0${nothing}0`;
		expect((await till.settle(told)).totals).toBe(`${sums(1009, 2, 0, 0)}2${nothing}1`);
		expect((await till.settle(told)).totals).toBe(`${sums(1010, 2, 0, 0)}1${nothing}1`);
	});

	test("settlement_error: flags 3, and the batch stays open", async () => {
		await acquirer.setFaults({ name: "settlement_error" });
		expect((await till.settle(`${nothing}0${nothing}0`)).totals).toBe(`${nothing}3${nothing}3`);
		expect((await book(till.batch))?.state).toBe("open");
	});

	test("refuse: a response code in place of totals", async () => {
		await acquirer.setFaults({ name: "refuse", mti: "0500", value: "96" });
		expect(await till.settle(`${nothing}0${nothing}0`)).toEqual({ totals: undefined, code: "96" });
	});

	test("drop: what was not answered is taken, and a repeat is a double", async () => {
		const sale = await till.pay("sale", 1000);
		const hasty = new TestTerminal(profile, line, 100);
		hasty.batch = till.batch;
		await till.settle(`${nothing}0${nothing}0`);
		await acquirer.setFaults({ name: "drop", mti: "0320" });
		await expect(hasty.uploadRecords(record(sale, 1000))).rejects.toMatchObject({ code: "host_silent" });
		expect(await till.uploadRecords(record(sale, 1000))).toBe("00");
		expect(await book(till.batch)).toMatchObject({ duplicates: 1, records: [{ verdict: "matched" }] });
	});
});

test("a terminal that signed off must sign in again", async () => {
	expect(await till.signOff()).toBe("00");
	expect((await till.settle(`${nothing}0${nothing}0`)).code).toBe("77");
	await expect(till.pay("sale", 100)).resolves.toMatchObject({ code: "77" });
	expect(await rules()).toEqual([]);
});
