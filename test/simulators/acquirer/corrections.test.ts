import { afterAll, beforeAll, beforeEach, describe, expect, test } from "vitest";
import type { HostLine } from "../../../src/acquirers/host-line.ts";
import { type Card, magneticCard, manualCard } from "../../../src/card/card.ts";
import type { LedgerEntry } from "../../../src/simulators/acquirer/ledger.ts";
import { type AcquirerProcess, startAcquirer } from "../../support/start-acquirer.ts";
import { lineTo, type Paid, TestTerminal } from "../../support/test-terminal.ts";
import { shippedProfile } from "../../support/unionpay.ts";

const profile = shippedProfile();
const cards = [
	{ pan: "6222020123456789", pin: "123456", balance: 250_050 },
	{ pan: "4761739001010119", pin: "1234", scheme: "VIS", balance: -1 },
];
let acquirer: AcquirerProcess;
let line: HostLine;
let till: TestTerminal;
let complaints = 0;

function good(card: ReturnType<typeof magneticCard>): Card {
	if ("problem" in card) {
		throw new Error(card.problem);
	}
	return card;
}

function foreignCard(): Card {
	return good(magneticCard("4761739001010119=30122010000000000", undefined));
}

async function bookOf({ identity }: Paid): Promise<LedgerEntry | undefined> {
	return (await acquirer.state()).ledger.find(({ stan }) => stan === identity.stan);
}

/** The complaints since the test began. */
async function rules(): Promise<readonly string[]> {
	return (await acquirer.state()).violations.slice(complaints).map(({ rule }) => rule);
}

beforeAll(async () => {
	acquirer = await startAcquirer({ cards });
	line = lineTo(profile, acquirer.port, "kept_open");
	till = new TestTerminal(profile, line);
	await till.signIn();
});

afterAll(async () => {
	await line.close();
	await acquirer.stop();
});

beforeEach(async () => {
	complaints = (await acquirer.state()).violations.length;
});

describe("every kind", () => {
	test("a day of all kinds is approved, under MACs and without a complaint", async () => {
		const sale = await till.pay("sale", 100);
		const voided = await till.pay("void", 100, sale.identity);
		const sold = await till.pay("sale", 500);
		const refund = await till.pay("refund", 200, sold.identity);
		const released = await till.pay("preauth", 1000);
		const release = await till.pay("preauth_void", 1000, released.identity);
		const held = await till.pay("preauth", 1000);
		const completion = await till.pay("completion", 1150, held.identity);
		const undone = await till.pay("completion_void", 1150, completion.identity);
		const balance = await till.pay("balance", 0);
		const all = [sale, voided, sold, refund, released, release, held, completion, undone, balance];
		expect(all.map(({ code }) => code)).toEqual(all.map(() => "00"));
		expect(all.every(({ answer }) => till.macIsRight(answer))).toBe(true);
		expect(balance.answer.balance).toBe(250_050);
		expect((await acquirer.state()).ledger.map(({ kind }) => kind)).toEqual([
			"sale",
			"void",
			"sale",
			"refund",
			"preauth",
			"preauth_void",
			"preauth",
			"completion",
			"completion_void",
			"balance",
		]);
		expect(await bookOf(sale)).toMatchObject({ state: "approved", voided: true });
		expect(await bookOf(sold)).toMatchObject({ refunded: 200, retrievalReference: sold.answer.retrievalReference });
		expect(await bookOf(voided)).toMatchObject({ original: { terminalId: "00000001", stan: sale.identity.stan } });
		expect(await bookOf(held)).toMatchObject({ completed: false });
		expect(await rules()).toEqual([]);
	});

	test("an overdrawn account has a negative balance; the card organisation is told", async () => {
		const { answer } = await till.pay("balance", 0, undefined, { card: foreignCard() });
		expect(answer).toMatchObject({ balance: -1, scheme: "VIS" });
	});

	test("a combination that names no transaction is refused", async () => {
		const fields = { 3: "030000", 4: "000000000100", 22: "022", 25: "00", 49: "156", 60: till.field60("10") };
		expect((await till.send("0100", fields)).fields[39]).toBe("30");
		expect(await rules()).toEqual(["message type and fields 3, 25 and 60.1 name no transaction"]);
	});

	test("a foreign batch number is refused", async () => {
		await till.pay("sale", 100);
		till.batch = "000002";
		expect((await till.pay("sale", 100)).code).toBe("77");
		expect(await rules()).toEqual(["another batch than the present one"]);
		expect((await till.signIn()).batch).toBe("000001");
		till.batch = "000001";
	});
});

describe("a void", () => {
	test("is for the exact amount, once, and not after a refund", async () => {
		const sale = await till.pay("sale", 100);
		expect((await till.pay("void", 99, sale.identity)).code).toBe("64");
		expect((await till.pay("void", 100, sale.identity)).code).toBe("00");
		expect((await till.pay("void", 100, sale.identity)).code).toBe("12");
		expect((await till.pay("refund", 1, sale.identity)).code).toBe("12");
		const refunded = await till.pay("sale", 100);
		await till.pay("refund", 1, refunded.identity);
		expect((await till.pay("void", 100, refunded.identity)).code).toBe("12");
	});

	test.each([
		["trace number", { stan: "999999" }],
		["retrieval reference", { retrievalReference: "000000000000" }],
		["approval code", { approvalCode: "ZZZZZZ" }],
	])("of another %s finds nothing", async (_name, other) => {
		const sale = await till.pay("sale", 100);
		expect((await till.pay("void", 100, { ...sale.identity, ...other })).code).toBe("25");
	});

	test("of another card, of a declined sale or of another kind finds nothing", async () => {
		const sale = await till.pay("sale", 100);
		expect((await till.pay("void", 100, sale.identity, { card: foreignCard() })).code).toBe("25");
		const declined = await till.pay("sale", 900_051);
		expect((await till.pay("void", 900_051, declined.identity)).code).toBe("25");
		const held = await till.pay("preauth", 100);
		expect((await till.pay("void", 100, held.identity)).code).toBe("25");
	});

	test("takes what was approved of a part", async () => {
		const sale = await till.pay("sale", 900_010);
		expect((await till.pay("void", 900_010, sale.identity)).code).toBe("64");
		expect((await till.pay("void", 450_005, sale.identity)).code).toBe("00");
	});

	test("undone by its reversal, the sale stands again; a late repeat does not undo the next void", async () => {
		const sale = await till.pay("sale", 100);
		const first = await till.pay("void", 100, sale.identity);
		expect(await till.reverse(first)).toBe("00");
		expect(await bookOf(sale)).toMatchObject({ voided: false });
		expect((await till.pay("void", 100, sale.identity)).code).toBe("00");
		expect(await till.reverse(first)).toBe("00");
		expect(await bookOf(sale)).toMatchObject({ voided: true });
		expect(await bookOf(first)).toMatchObject({ state: "reversed", reversals: 2 });
		expect(await rules()).toEqual([]);
	});

	test("a sale that was voided cannot be reversed any more", async () => {
		const sale = await till.pay("sale", 100);
		await till.pay("void", 100, sale.identity);
		expect(await till.reverse(sale)).toBe("12");
		expect(await rules()).toEqual(["reversal of a transaction that was corrected"]);
	});
});

describe("a refund", () => {
	test("gives back in parts, never more than is left", async () => {
		const sale = await till.pay("sale", 100);
		expect((await till.pay("refund", 60, sale.identity)).code).toBe("00");
		expect((await till.pay("refund", 41, sale.identity)).code).toBe("61");
		expect((await till.pay("refund", 40, sale.identity)).code).toBe("00");
		expect(await bookOf(sale)).toMatchObject({ refunded: 100 });
	});

	test("is found by its reference alone", async () => {
		const { answer } = await till.pay("sale", 100);
		const { retrievalReference, date } = answer;
		expect((await till.pay("refund", 100, { retrievalReference, date })).code).toBe("00");
		expect((await till.pay("refund", 100, { retrievalReference, date: "0230" })).code).toBe("25");
	});

	test("of a completion is possible, of a pre-authorisation not", async () => {
		const held = await till.pay("preauth", 100);
		expect((await till.pay("refund", 50, held.identity)).code).toBe("25");
		const completion = await till.pay("completion", 100, held.identity);
		expect((await till.pay("refund", 50, completion.identity)).code).toBe("00");
		expect((await till.pay("completion_void", 100, completion.identity)).code).toBe("12");
	});

	test("takes no keyed card and no reversal", async () => {
		const sale = await till.pay("sale", 100);
		const card = good(manualCard("6222020123456789", "3012"));
		expect((await till.pay("refund", 50, sale.identity, { card })).code).toBe("30");
		expect(await till.reverse(await till.pay("refund", 50, sale.identity))).toBe("30");
		expect(await rules()).toEqual([
			"a refund takes no keyed card",
			"fields 3, 25 and 60.1 name no transaction that can be reversed",
		]);
	});
});

describe("a pre-authorisation", () => {
	test.each([
		[115, "00"],
		[116, "61"],
	])("of 100 completed with %i is answered with %s", async (amount, code) => {
		const held = await till.pay("preauth", 100);
		expect((await till.pay("completion", amount, held.identity)).code).toBe(code);
	});

	test("is completed or released once", async () => {
		const held = await till.pay("preauth", 100);
		expect((await till.pay("preauth_void", 99, held.identity)).code).toBe("64");
		expect((await till.pay("completion", 90, held.identity)).code).toBe("00");
		expect((await till.pay("completion", 90, held.identity)).code).toBe("12");
		expect((await till.pay("preauth_void", 100, held.identity)).code).toBe("12");
	});

	test("is open again when its completion is voided or reversed, and taken when that void is reversed", async () => {
		const held = await till.pay("preauth", 100);
		const completion = await till.pay("completion", 90, held.identity);
		const undone = await till.pay("completion_void", 90, completion.identity);
		expect(await bookOf(held)).toMatchObject({ completed: false });
		expect(await till.reverse(undone)).toBe("00");
		expect(await bookOf(held)).toMatchObject({ completed: true });
		expect(await bookOf(completion)).toMatchObject({ voided: false });
		expect(await till.reverse(completion)).toBe("00");
		expect(await bookOf(held)).toMatchObject({ completed: false });
	});

	test("is found by approval code alone; its release is undone by a reversal", async () => {
		const held = await till.pay("preauth", 100);
		const { approvalCode, date } = held.identity;
		const release = await till.pay("preauth_void", 100, { approvalCode, date });
		expect(release.code).toBe("00");
		expect(await till.reverse(release)).toBe("00");
		expect((await till.pay("completion", 100, { approvalCode, date })).code).toBe("00");
	});
});
