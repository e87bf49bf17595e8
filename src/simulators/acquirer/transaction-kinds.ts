import type { PaymentKind } from "../../card/payment-kind.ts";
import { fieldText, type Message } from "../../iso8583/message.ts";

/** How a card transaction is told from the others, and what its request must and may have. */
export interface KindRule {
	readonly kind: PaymentKind;
	readonly mti: string;
	/** Field 3. */
	readonly processingCode: string;
	/** Field 25. */
	readonly conditionCode: string;
	/** Field 60.1. */
	readonly messageType: string;
	readonly reversible: boolean;
	/** Digits of field 61: batch 6, trace 6, date 4; 0 for a transaction that stands alone. */
	readonly originalDigits: 0 | 12 | 16;
	readonly mandatory: readonly number[];
	readonly allowed: readonly number[];
}

const financial = [3, 4, 11, 22, 25, 41, 42, 49, 60, 64];
const card = [2, 14, 23, 26, 35, 36, 52, 53];

const kindRules: readonly KindRule[] = [
	{
		kind: "sale",
		mti: "0200",
		processingCode: "000000",
		conditionCode: "00",
		messageType: "22",
		reversible: true,
		originalDigits: 0,
		mandatory: financial,
		allowed: [...card, 55, 59, 62, 63],
	},
	{
		kind: "void",
		mti: "0200",
		processingCode: "200000",
		conditionCode: "00",
		messageType: "23",
		reversible: true,
		originalDigits: 12,
		mandatory: [...financial, 37, 61],
		allowed: [...card, 38, 63],
	},
	{
		kind: "refund",
		mti: "0220",
		processingCode: "200000",
		conditionCode: "00",
		messageType: "25",
		reversible: false,
		originalDigits: 16,
		mandatory: [...financial, 37, 61, 63],
		allowed: [...card, 38],
	},
	{
		kind: "preauth",
		mti: "0100",
		processingCode: "030000",
		conditionCode: "06",
		messageType: "10",
		reversible: true,
		originalDigits: 0,
		mandatory: financial,
		allowed: [...card, 55, 59, 62, 63],
	},
	{
		kind: "preauth_void",
		mti: "0100",
		processingCode: "200000",
		conditionCode: "06",
		messageType: "11",
		reversible: true,
		originalDigits: 16,
		mandatory: [...financial, 38, 61],
		allowed: card,
	},
	{
		kind: "completion",
		mti: "0200",
		processingCode: "000000",
		conditionCode: "06",
		messageType: "20",
		reversible: true,
		originalDigits: 16,
		mandatory: [...financial, 38, 61],
		allowed: [...card, 63],
	},
	{
		kind: "completion_void",
		mti: "0200",
		processingCode: "200000",
		conditionCode: "06",
		messageType: "21",
		reversible: true,
		originalDigits: 16,
		mandatory: [...financial, 37, 61],
		allowed: [...card, 38, 63],
	},
	{
		kind: "balance",
		mti: "0200",
		processingCode: "310000",
		conditionCode: "00",
		messageType: "01",
		reversible: false,
		originalDigits: 0,
		mandatory: financial.filter((field) => field !== 4),
		allowed: [...card, 55, 59],
	},
];

/** The kind of a request, by message type and fields 3, 25 and 60.1; undefined when they do not fit together. */
export function kindOf(message: Message): KindRule | undefined {
	return kindRules.find((rule) => rule.mti === message.mti && namesKind(message, rule));
}

/** The kind of transaction that a reversal, or an upload of one transaction, repeats. */
export function repeatedKindOf(message: Message): KindRule | undefined {
	return kindRules.find((rule) => namesKind(message, rule));
}

function namesKind(message: Message, { processingCode, conditionCode, messageType }: KindRule): boolean {
	return (
		fieldText(message, 3) === processingCode &&
		fieldText(message, 25) === conditionCode &&
		fieldText(message, 60)?.slice(0, 2) === messageType
	);
}
