import { z } from "zod";
import { paymentKinds } from "../../card/payment-kind.ts";
import { Fault } from "../../kernel/fault.ts";

const digits = (count: number) => z.string().regex(new RegExp(`^\\d{${count}}$`), `${count} digits`);

const quote = z.enum(["required", "if_known"]);

/** What an acquirer may want otherwise than the profile says; set under its name in the daemon's configuration. */
const ownValues = {
	/** Ten hex digits: 60, destination, source. */
	tpdu: z.string().regex(/^60[\dA-Fa-f]{8}$/, "ten hex digits beginning with 60"),
	/** Twelve digits, or null where the host has no header. */
	header: digits(12).nullable(),
	signIn: z.strictObject({
		/** Field 60.3 of the sign-in, and with it which working keys come back. */
		keys: z.enum(["001", "003", "004"]),
		/** Before the serial number in field 62. */
		licence: z.string().regex(/^[\x21-\x7e]{4}$/, "four characters"),
	}),
	mac: z.strictObject({
		algorithm: z.enum(["cup-ecb", "x9.9", "x9.19"]),
		/** Bytes of the MAC key in field 62. */
		keyLength: z.union([z.literal(8), z.literal(16)]),
		onAnswers: z.boolean(),
	}),
	pin: z.strictObject({ securityControl: digits(16) }),
	/** Fields 60.4 and following of financial messages. */
	terminalConditions: z.string().regex(/^\d{0,6}$/, "up to six digits"),
};

/** One kind of card transaction: what its request says besides card, amount and identity. */
const paymentSchema = z.strictObject({
	mti: digits(4),
	processingCode: digits(6),
	conditionCode: digits(2),
	messageType: digits(2),
	/** Whether field 4 is there. */
	amount: z.boolean().default(true),
	reversible: z.boolean(),
	/** Sub-fields of field 61 that name the earlier payment; what is not known is zeros. */
	original: z.array(z.enum(["batch", "stan", "date"])).default([]),
	/** Fields 37 and 38 of the earlier payment's answer; `required` ones must be known. */
	quotes: z.strictObject({ 37: quote, 38: quote }).partial().default({}),
	/** Field 63: the operator's number, or fixed text. */
	remark: z.union([z.literal("operator"), z.string().regex(/^\d{3}$/)]).optional(),
});

export type PaymentMessage = Readonly<z.infer<typeof paymentSchema>>;

const settingsSchema = z.strictObject({
	id: z.string().min(1),
	...ownValues,
	/** Bytes after the length, at most. */
	maxMessage: z.int().min(64).max(65_535),
	messages: z.strictObject({
		signIn: z.strictObject({ mti: digits(4), messageType: digits(2) }),
		echo: z.strictObject({ mti: digits(4), messageType: digits(2), networkCode: digits(3), batch: digits(6) }),
		/** The card transactions of this host; kinds left out are not offered. */
		payments: z.partialRecord(z.enum(paymentKinds), paymentSchema),
		reversal: z.strictObject({
			mti: digits(4),
			repeats: z.array(z.int().min(2).max(63)).min(1),
			reasons: z.strictObject({ no_answer: z.string(), mac_wrong: z.string(), not_completed: z.string() }),
		}),
	}),
	wishes: z.record(z.string(), z.enum(["nothing", "sign_in"])),
});

/** All that is data in the UnionPay profile, see `config/acquirers/unionpay/profile.yaml`. */
export type UnionPaySettings = Readonly<z.infer<typeof settingsSchema>>;

/** An acquirer's own values, each replacing the one of the profile as a whole. */
export const unionPayOverridesSchema = z.strictObject(ownValues).partial();

export type UnionPayOverrides = z.infer<typeof unionPayOverridesSchema>;

/** Fields that must never be kept for a reversal: tracks, PIN block, security control, chip data. */
const neverRepeated: ReadonlySet<number> = new Set([26, 35, 36, 52, 53, 55, 62, 63]);

/**
 * Settings from the data of a profile file and an acquirer's own values.
 * @throws Fault `config_invalid`
 */
export function parseUnionPaySettings(file: unknown, overrides: UnionPayOverrides): UnionPaySettings {
	const base = settingsSchema.safeParse(file);
	if (!base.success) {
		throw invalid(z.prettifyError(base.error));
	}
	const forbidden = base.data.messages.reversal.repeats.filter((field) => neverRepeated.has(field));
	if (forbidden.length > 0) {
		throw invalid(`a reversal must not repeat field ${forbidden.join(", ")}`);
	}
	const own = Object.entries(overrides).filter(([, value]) => value !== undefined);
	return settingsSchema.parse({ ...base.data, ...Object.fromEntries(own) });
}

function invalid(detail: string): Fault {
	return new Fault("config_invalid", { detail: `UnionPay profile: ${detail}` });
}
