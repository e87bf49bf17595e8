import type { TransactionDocument } from "../../src/api/transaction-document.ts";
import type { JournalPoint } from "./point.ts";

/** What is under way when the daemon is killed. */
export interface Scenario {
	readonly name: string;
	/**
	 * `void`: of a sale that went well. `start`: of a daemon that died before, at `diedAt` in a sale. `first_start`: of a
	 * daemon that has no data yet.
	 */
	readonly interrupted: "sale" | "void" | "sign_in" | "start" | "first_start";
	/** The commit at which the sale before it was cut off. */
	readonly diedAt?: JournalPoint;
	/** What the acquirer does wrong. */
	readonly faults: readonly { readonly name: string; readonly mti: string; readonly value?: string }[];
	readonly pin: string;
	/** How the sale, or the void, ends when nobody is killed. */
	readonly expected: TransactionDocument["outcome"];
}

const rightPin = "123456";
const wrongPin = "654321";

export const scenarios: readonly Scenario[] = [
	{ name: "first start", interrupted: "first_start", faults: [], pin: rightPin, expected: "approved" },
	{ name: "sale", interrupted: "sale", faults: [], pin: rightPin, expected: "approved" },
	{ name: "declined", interrupted: "sale", faults: [], pin: wrongPin, expected: "declined" },
	{
		name: "answer lost",
		interrupted: "sale",
		faults: [{ name: "drop", mti: "0200" }],
		pin: rightPin,
		expected: "failed",
	},
	{
		name: "both answers lost",
		interrupted: "sale",
		faults: [
			{ name: "drop", mti: "0200" },
			{ name: "drop", mti: "0400" },
		],
		pin: rightPin,
		expected: "failed",
	},
	{
		name: "wrong MAC",
		interrupted: "sale",
		faults: [{ name: "wrong_mac", mti: "0200" }],
		pin: rightPin,
		expected: "failed",
	},
	{
		name: "keys refused",
		interrupted: "sale",
		faults: [{ name: "refuse", mti: "0200", value: "A0" }],
		pin: rightPin,
		expected: "approved",
	},
	{ name: "void", interrupted: "void", faults: [], pin: rightPin, expected: "approved" },
	{
		name: "void, answer lost",
		interrupted: "void",
		faults: [{ name: "drop", mti: "0200" }],
		pin: rightPin,
		expected: "failed",
	},
	{ name: "sign-in", interrupted: "sign_in", faults: [], pin: rightPin, expected: "approved" },
	{
		name: "start with a payment in doubt",
		interrupted: "start",
		diedAt: { line: "journal", event: "approved", nth: 1, when: "before" },
		faults: [],
		pin: rightPin,
		expected: "failed",
	},
	{
		name: "start with slips to print",
		interrupted: "start",
		diedAt: { line: "journal", event: "slip_printed", nth: 1, when: "before" },
		faults: [],
		pin: rightPin,
		expected: "approved",
	},
];
