import { z } from "zod";
import { paymentKinds } from "../../card/payment-kind.ts";
import { lengthNotations } from "../../wire/length-prefix.ts";

/** A number of a field that a profile may fill: bitmaps and MACs are made by the codec. */
const fieldNumber = z
	.int()
	.min(2)
	.max(127)
	.refine((field) => field !== 64 && field !== 65, "64 and 65 are not filled by a profile");
const fieldKey = z
	.string()
	.regex(/^(?!6[45]$)([2-9]|[1-9]\d|1[01]\d|12[0-7])$/, "is not a field from 2 to 127, 64 and 65 left out");
/** Text with names in braces, see docs/protocols/iso87.md. */
const template = z
	.string()
	.regex(/^([^{}]|\{[A-Za-z][A-Za-z.]*\})+$/, "is not text with names in braces, such as 00 or {stan}");
const fields = z.record(fieldKey, template);
const requestMti = z.string().regex(/^0[1-8][02468]0$/, "is not the message type of a request, four digits");
const name = z.string().regex(/^[A-Za-z]+$/, "is not a name of letters");

const frameSchema = z.strictObject({
	/** How the length before a message is written. */
	length: z.enum(lengthNotations),
	/** Whether it counts its own bytes too. */
	countsItself: z.boolean(),
	/** Whether the host may send empty frames; they go back as they came. */
	signsOfLife: z.boolean(),
	/** Bytes after the length, at most. */
	maxMessage: z.int().min(64).max(65_535),
});

const headerSchema = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("none") }),
	z.strictObject({
		kind: z.literal("tpdu"),
		value: z.string().regex(/^60[\dA-Fa-f]{8}$/, "is not ten hex digits beginning with 60"),
	}),
	z.strictObject({
		kind: z.literal("text"),
		value: z.string().regex(/^[\x20-\x7e]{1,64}$/, "is not 1 to 64 ASCII characters"),
	}),
]);

const macSchema = z.strictObject({
	algorithm: z.enum(["cup-ecb", "x9.9", "x9.19"]),
	/** 64: the last field of the bitmaps there are; 128: always that one, with both bitmaps. */
	field: z.union([z.literal(64), z.literal(128)]),
	/** Message types that carry one; their repeats do as well. */
	on: z.array(requestMti).min(1),
	/** Answers to payments and reversals must carry one to be believed. */
	onAnswers: z.boolean(),
});

const cardField = z.union([z.literal(2), z.literal(14), z.literal(35), z.literal(36)]);

const keysSchema = z.strictObject({
	field: fieldNumber,
	/** Whether the field holds the bytes themselves, or hex text. */
	written: z.enum(["bytes", "hex"]),
	/** Where each key and its check value begin, in bytes. */
	parts: z
		.array(
			z.strictObject({
				role: z.enum(["TPK", "TAK", "TDK"]),
				at: z.int().min(0).max(998),
				length: z.union([z.literal(8), z.literal(16), z.literal(24)]),
				kcvAt: z.int().min(0).max(998),
				kcvLength: z.int().min(3).max(8),
			}),
		)
		.min(1),
});

const paymentSchema = z.strictObject({
	mti: requestMti,
	reversible: z.boolean(),
	/** Beside or instead of those of every payment; null leaves one out. */
	fields: z.record(fieldKey, template.nullable()),
	/** Fields without which the request makes no sense to the host. */
	requires: z.array(fieldNumber).default([]),
});

/** All that is data in a profile of this family, see `config/acquirers/iso87/`. */
export const iso87Schema = z.strictObject({
	id: z.string().min(1),
	/** Names of data that is shipped, or paths of files of one's own, relative to this one. */
	fieldTable: z.string().min(1),
	responseCodes: z.string().min(1),
	frame: frameSchema,
	header: headerSchema,
	mac: macSchema.nullable(),
	/** What the acquirer gave, by names that fields may refer to. */
	values: z.record(name, z.string()),
	card: z.strictObject({ magnetic: z.array(cardField).min(1), manual: z.array(cardField).min(1) }),
	/** Digits of field 22: how the number was read, then whether a PIN was taken. */
	entry: z.strictObject({ magnetic: z.string(), manual: z.string(), pin: z.string(), noPin: z.string() }),
	/** Fields that go with the PIN block in field 52. */
	pin: z.strictObject({ fields }),
	messages: z.strictObject({
		signIn: z.strictObject({ mti: requestMti, fields, keys: keysSchema.nullable() }).nullable(),
		echo: z.strictObject({ mti: requestMti, fields }),
		everyPayment: z.strictObject({ fields }),
		/** The card transactions of this host; kinds left out are not offered. */
		payments: z.partialRecord(z.enum(paymentKinds), paymentSchema),
		reversal: z.strictObject({
			mti: requestMti,
			/** Whether a reversal that is sent again says so: 0401, 0421. */
			marksRepeats: z.boolean(),
			/** What it has in common with its original. */
			copies: z.array(fieldNumber).min(1),
			fields,
			reasons: z.strictObject({ no_answer: z.string(), mac_wrong: z.string(), not_completed: z.string() }),
		}),
	}),
	answers: z.strictObject({
		/** Fields that name the request an answer belongs to. */
		correlation: z.array(fieldNumber).min(1).default([41, 11]),
		/** Fields that must be as in the request, where the answer has them. */
		same: z.array(fieldNumber),
		/** Field whose text goes on the slip. */
		remark: fieldNumber.nullable(),
	}),
});

export type Iso87Settings = Readonly<z.infer<typeof iso87Schema>>;
export type PaymentMessage = Readonly<z.infer<typeof paymentSchema>>;
export type KeysField = Readonly<z.infer<typeof keysSchema>>;

/** What a message says, field by field, as templates. */
export type Templates = Readonly<Record<string, string>>;

/** The fields of a kind of payment: those of every payment, and its own. */
export function paymentTemplates({ messages }: Iso87Settings, { fields: own }: PaymentMessage): Templates {
	const all = Object.entries({ ...messages.everyPayment.fields, ...own });
	return Object.fromEntries(all.flatMap(([field, text]) => (text === null ? [] : [[field, text] as const])));
}

/** Bytes that stand between the length and the message type. */
export function headerBytes({ header }: Iso87Settings): number {
	switch (header.kind) {
		case "none":
			return 0;
		case "tpdu":
			return header.value.length / 2;
		case "text":
			return header.value.length;
	}
}
