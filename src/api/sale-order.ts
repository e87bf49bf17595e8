import { z } from "zod";
import { type Card, type CardProblem, magneticCard, manualCard } from "../card/card.ts";
import type { SaleRequest } from "../payments/payments.ts";
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

/** What a till asks for. */
export const saleOrderDocument = document(
	"SaleOrder",
	z
		.strictObject({
			type: z.literal("sale"),
			lane: text(64).meta({ description: "Where to pay" }),
			amount: z
				.int("must be a whole number of minor units, without a point")
				.min(1, "must be more than 0")
				.max(999_999_999_999, "has more than twelve digits")
				.meta({ description: "Minor units: 1250 is 12.50" }),
			currency: z
				.string()
				.regex(/^[A-Z]{3}$/, "is not an ISO 4217 code such as CNY")
				.meta({ description: "ISO 4217; the lane's currency" }),
			reference: text(64).meta({
				description: "The till's own number for this sale, unique per lane and business day",
			}),
			card: z.discriminatedUnion("entry", [manualEntry, magneticEntry]),
			pin: z.enum(["ask", "none"]).default("ask").meta({ description: "Whether the pad asks for a PIN" }),
		})
		.meta({
			examples: [
				{
					type: "sale",
					lane: "lane1",
					amount: 1250,
					currency: "CNY",
					reference: "2026-000123",
					card: { entry: "magnetic", track2: "6200000000000000=49121200000000000" },
					pin: "ask",
				},
			],
		}),
);

/**
 * The order with its card taken out of plain text.
 * @throws Fault `card_invalid`, which names the field and never its content
 */
export function saleRequest({ lane, amount, currency, reference, card, pin }: z.output<typeof saleOrderDocument>) {
	return { lane, amount, currency, reference, pin, card: readCard(card) } satisfies SaleRequest;
}

function readCard(entered: z.output<typeof saleOrderDocument>["card"]): Card {
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
