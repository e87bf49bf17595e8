import { transform } from "receiptline";
import type { SlipCopy, Transaction } from "../journal/transaction.ts";
import type { EarlierReference, HostIdentity, HostReply } from "../journal/transaction-events.ts";
import { formatAmount } from "./currency.ts";
import type { Lane } from "./lane.ts";
import { type SlipLabel, slipLabels } from "./slip-labels.ts";

interface SlipOptions {
	readonly copy: SlipCopy;
	readonly duplicate: boolean;
	readonly columns: number;
}

const entryLetters = { magnetic: "S", manual: "N" } as const;

/**
 * The sales slip as receiptline markup: what UnionPay asks for on a merchant's or customer's copy.
 * It carries the card number as first six and last four digits only.
 */
export function slipMarkup(transaction: Transaction, lane: Lane, options: SlipOptions): string {
	const lines = (label: SlipLabel): readonly string[] => inLanguages(lane.slips.language, label);
	const say = (label: SlipLabel): string => lines(label).join(" ");
	const shown = rowsOf(transaction, lane).flatMap(([label, value]) =>
		value === undefined || value.trim() === "" ? [] : [`${say(label)} | ${escapeMarkup(value.trim())}`],
	);
	return [
		"{width:auto}",
		`^${escapeMarkup(lane.slips.merchantName)}`,
		...lines(options.copy === "merchant" ? "merchantCopy" : "customerCopy"),
		...(options.duplicate ? lines("duplicate").map(emphasised) : []),
		...(lane.slips.testMode ? lines("testMode").map(emphasised) : []),
		"-",
		`${say("type")} | ${say(outcomeLabel(transaction))}`,
		...shown,
		"-",
		...(options.copy === "merchant" ? [say("signature"), "", "", ...lines("consent")] : []),
	].join("\n");
}

type Row = readonly [SlipLabel, string | undefined];

function rowsOf(transaction: Transaction, lane: Lane): readonly Row[] {
	const host: Partial<HostIdentity> = transaction.host ?? {};
	const reply: Partial<HostReply> = transaction.reply ?? {};
	const earlier: EarlierReference = transaction.earlier ?? {};
	const entry = transaction.entry === undefined ? "" : `/${entryLetters[transaction.entry]}`;
	const card = transaction.maskedPan ?? reply.maskedPan ?? "";
	return [
		["merchantId", host.merchantId],
		["terminalId", host.terminalId],
		["operator", lane.terminal.operator],
		["issuer", reply.issuer],
		["acquirer", reply.acquirerInstitution],
		["card", `${card} ${entry}`],
		["batch", host.batch],
		["voucher", host.stan],
		["approvalCode", reply.approvalCode],
		["retrievalReference", reply.retrievalReference],
		["originalVoucher", earlier.stan],
		["originalReference", earlier.retrievalReference],
		["originalApproval", earlier.approvalCode],
		["originalDate", earlier.date === undefined ? undefined : monthAndDay(earlier.date)],
		["supervisor", transaction.supervisor],
		["dateTime", dateTime(reply.date, reply.time)],
		[
			"amount",
			`${lane.currency.alphabetic} ${formatAmount(reply.approvedAmount ?? transaction.amount, lane.currency)}`,
		],
		["reference", transaction.reference],
		["remark", reply.remark],
	];
}

/** A slip as plain text, for a screen. */
export function slipText(markup: string, columns: number): string {
	return transform(markup, { cpl: columns, encoding: "multilingual", command: "text" });
}

function outcomeLabel({ kind, outcome, reversal }: Transaction): SlipLabel {
	if (reversal !== undefined) {
		return reversal.state === "reversed" ? "reversed" : "notReversed";
	}
	if (outcome === "unknown") {
		return "doubtful";
	}
	return outcome === "approved" || outcome === "partially_approved" ? kind : "declined";
}

/** Labels stand side by side where there is room; headings and sentences have a line each. */
function inLanguages(language: Lane["slips"]["language"], label: SlipLabel): readonly string[] {
	const { zh, en } = slipLabels[label];
	return { zh: [zh], en: [en], both: [zh, en] }[language];
}

function emphasised(line: string): string {
	return `"${line}"`;
}

function dateTime(date: string | undefined, time: string | undefined): string | undefined {
	return date === undefined || time === undefined
		? undefined
		: `${monthAndDay(date)} ${time.slice(0, 2)}:${time.slice(2, 4)}:${time.slice(4)}`;
}

/** `MMDD` for people. */
function monthAndDay(date: string): string {
	return `${date.slice(0, 2)}/${date.slice(2)}`;
}

/** Text from outside prints as it is: everything that means something in markup is escaped. */
function escapeMarkup(text: string): string {
	return text.replaceAll(/[\\|{}~_"`^:;]/g, String.raw`\$&`);
}
