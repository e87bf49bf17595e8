import { z } from "zod";
import { type Card, type CardProblem, magneticCard, manualCard } from "../card/card.ts";
import type { PaymentRequest } from "../payments/payments.ts";
import { document } from "./documents.ts";
import { RequestFault } from "./problem.ts";

const text = (longest: number) => z.string().min(1, "is empty").max(longest, `is longer than ${longest} characters`);

const manualEntry = z.strictObject({
	entry: z.literal("manual"),
	pan: text(19).meta({ description: "Card number, 13 to 19 digits", examples: ["6200000000000000"] }),
	expiry: text(4).meta({ description: "`YYMM`, or `0000` when the card has none", examples: ["3012"] }),
});

const magneticEntry = z.strictObject({
	entry: z.literal("magnetic"),
	track2: text(64).meta({
		description: "Track 2 (ISO/IEC 7813), with or without sentinels",
		examples: ["6200000000000000=49121200000000000"],
	}),
	track3: text(128).optional(),
});

const amount = z
	.int("must be a whole number of minor units, without a point")
	.min(1, "must be more than 0")
	.max(999_999_999_999, "has more than twelve digits")
	.meta({ description: "Minor units: 1250 is 12.50" });

const digits = (count: number) => z.string().regex(new RegExp(`^\\d{${count}}$`), `must be ${count} digits`);

const knownHere = z.strictObject({
	transaction: z
		.string()
		.meta({ description: "Id of the earlier payment", examples: ["txn_01KB0Q3Z5T8W2Y4N6P7R9S1V3X"] }),
});

/** For a payment that another daemon or terminal took. */
const asPrinted = z.strictObject({
	retrievalReference: text(12).optional(),
	approvalCode: text(6).optional(),
	date: digits(4).meta({ description: "`MMDD`" }),
	batch: digits(6).optional(),
	stan: digits(6).optional(),
});

/** What every order says. `pin` is asked for where a terminal usually does. */
const common = (pin: "ask" | "none") => ({
	lane: text(64).meta({ description: "Where to pay" }),
	currency: z
		.string()
		.regex(/^[A-Z]{3}$/, "is not an ISO 4217 code such as CNY")
		.meta({ description: "ISO 4217; the lane's currency" }),
	reference: text(64).meta({ description: "The till's own number, unique per lane and business day" }),
	card: z.discriminatedUnion("entry", [manualEntry, magneticEntry]),
	pin: z.enum(["ask", "none"]).default(pin).meta({ description: "Whether the pad asks for a PIN" }),
});

const original = { original: knownHere.meta({ description: "What is undone" }) };
const anyOriginal = {
	original: z.union([knownHere, asPrinted]).meta({ description: "By its id, or as its slip says" }),
	amount: amount.optional().meta({ description: "Minor units; all that is left when left out" }),
};

const exampleOrder = {
	type: "sale",
	lane: "lane1",
	amount: 1250,
	currency: "CNY",
	reference: "2026-000123",
	card: { entry: "magnetic", track2: "6200000000000000=49121200000000000" },
	pin: "ask",
} as const;

/** What a till asks for. */
export const paymentOrderDocument = document(
	"PaymentOrder",
	z
		.discriminatedUnion("type", [
			z.strictObject({ type: z.literal("sale"), amount, ...common("ask") }),
			z.strictObject({ type: z.literal("void"), ...original, ...common("none") }),
			z.strictObject({ type: z.literal("refund"), ...anyOriginal, ...common("none") }),
			z.strictObject({ type: z.literal("preauth"), amount, ...common("ask") }),
			z.strictObject({ type: z.literal("preauth_void"), ...anyOriginal, ...common("none") }),
			z.strictObject({ type: z.literal("completion"), ...anyOriginal, ...common("none") }),
			z.strictObject({ type: z.literal("completion_void"), ...original, ...common("none") }),
			z.strictObject({ type: z.literal("balance"), ...common("ask") }),
		])
		.meta({ examples: [exampleOrder] }),
);

type PaymentOrder = z.output<typeof paymentOrderDocument>;

/**
 * The order with its card taken out of plain text.
 * @throws Fault `card_invalid`, which names the field and never its content
 */
export function paymentRequest(order: PaymentOrder, supervisor: string | undefined): PaymentRequest {
	const { type: kind, lane, currency, reference, card, pin } = order;
	return {
		kind,
		lane,
		amount: "amount" in order ? order.amount : undefined,
		currency,
		reference,
		pin,
		earlier: "original" in order ? presentOnly(order.original) : undefined,
		supervisor,
		card: readCard(card),
	};
}

/** Without the keys that were left out. */
function presentOnly(given: z.output<typeof knownHere> | z.output<typeof asPrinted>): PaymentRequest["earlier"] {
	return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

function readCard(entered: PaymentOrder["card"]): Card {
	const card =
		entered.entry === "manual" ? manualCard(entered.pan, entered.expiry) : magneticCard(entered.track2, entered.track3);
	if ("problem" in card) {
		throw new RequestFault("card_invalid", [
			{ in: "body", pointer: `/card/${card.problem}`, detail: problems[card.problem] },
		]);
	}
	return card;
}

const problems: Readonly<Record<CardProblem["problem"], string>> = {
	pan: "is not 13 to 19 digits",
	expiry: "is not YYMM",
	track2: "is not track 2 of ISO/IEC 7813",
	track3: "is not digits and separators",
};
