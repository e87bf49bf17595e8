/** The card transactions of a terminal. */
export const paymentKinds = [
	"sale",
	"void",
	"refund",
	"preauth",
	"preauth_void",
	"completion",
	"completion_void",
	"balance",
] as const;

export type PaymentKind = (typeof paymentKinds)[number];

/** What an approval does to the cardholder's account. */
export type MoneyEffect = "debit" | "credit" | "hold" | "release" | "none";

const effects: Readonly<Record<PaymentKind, MoneyEffect>> = {
	sale: "debit",
	void: "credit",
	refund: "credit",
	preauth: "hold",
	preauth_void: "release",
	completion: "debit",
	completion_void: "credit",
	balance: "none",
};

export function effectOf(kind: PaymentKind): MoneyEffect {
	return effects[kind];
}

/** True for a kind whose approval moves money on the account, in whichever direction. */
export function movesMoney(kind: PaymentKind): boolean {
	return effects[kind] === "debit" || effects[kind] === "credit";
}

/** Which earlier payments a kind corrects or completes; empty for a kind that stands alone. */
const corrected: Readonly<Record<PaymentKind, readonly PaymentKind[]>> = {
	sale: [],
	void: ["sale"],
	refund: ["sale", "completion"],
	preauth: [],
	preauth_void: ["preauth"],
	completion: ["preauth"],
	completion_void: ["completion"],
	balance: [],
};

export function correctedBy(kind: PaymentKind): readonly PaymentKind[] {
	return corrected[kind];
}
