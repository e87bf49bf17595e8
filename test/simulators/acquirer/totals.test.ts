import { describe, expect, test } from "vitest";
import type { LedgerEntry } from "../../../src/simulators/acquirer/ledger.ts";
import {
	compareTotals,
	parseTotals,
	totalsOf,
	totalsOff,
	totalsText,
} from "../../../src/simulators/acquirer/totals.ts";

function entry(kind: LedgerEntry["kind"], approvedAmount: number, own: Partial<LedgerEntry> = {}): LedgerEntry {
	return {
		terminalId: "00000001",
		batch: "000001",
		stan: "000001",
		kind,
		state: "approved",
		amount: approvedAmount,
		approvedAmount,
		maskedPan: "622202******6789",
		cardClass: "domestic",
		responseCode: "00",
		retrievalReference: "000000000001",
		voided: false,
		completed: false,
		refunded: 0,
		settled: false,
		reversals: 0,
		at: "2026-06-12T12:00:00.000Z",
		...own,
	};
}

describe("totals of a batch", () => {
	test("sales and completions are debits, refunds and voids of both credits; holds and what is not approved do not count", () => {
		const totals = totalsOf([
			entry("sale", 100, { voided: true }),
			entry("void", 100),
			entry("sale", 500),
			entry("refund", 20),
			entry("preauth", 7000),
			entry("preauth_void", 7000),
			entry("completion", 9, { voided: true }),
			entry("completion_void", 9),
			entry("balance", 0),
			entry("sale", 3000, { state: "reversed" }),
			entry("sale", 0, { state: "declined", amount: 4000 }),
			entry("sale", 66, { cardClass: "foreign" }),
		]);
		expect(totals.domestic).toEqual({ debit: { amount: 609, count: 3 }, credit: { amount: 129, count: 3 } });
		expect(totals.foreign).toEqual({ debit: { amount: 66, count: 1 }, credit: { amount: 0, count: 0 } });
	});

	test("stand in field 48 as in the synthetic settlement and its answer", () => {
		const told = parseTotals("00000011034500200000001734500200000000000000000000000000000000");
		expect(told.domestic).toEqual({ debit: { amount: 110_345, count: 2 }, credit: { amount: 17_345, count: 2 } });
		const own = { ...told, domestic: { ...told.domestic, debit: { amount: 98_000, count: 1 } } };
		expect(totalsText(own, compareTotals(own, told))).toBe(
			"00000009800000100000001734500220000000000000000000000000000001",
		);
	});

	test("differ in one class only, by amount or by count", () => {
		const zero = totalsOf([]);
		expect(compareTotals(zero, zero)).toEqual({ domestic: "1", foreign: "1" });
		expect(compareTotals(totalsOff(zero, 1), zero)).toEqual({ domestic: "2", foreign: "1" });
		expect(compareTotals(totalsOf([entry("refund", 0, { cardClass: "foreign" })]), zero)).toEqual({
			domestic: "1",
			foreign: "2",
		});
	});
});
