import { z } from "zod";

/** What a field holds: digits, letters and digits, any characters, a track, bytes (ISO 8583-1 clause 6). */
const content = z.enum(["n", "an", "ans", "z", "b"]);

/**
 * A number for a fixed length, or the standard's own notation for a length in front of the value: `LL..19`, `LLL..999`.
 * Counted in digits, characters, or bytes of a `b` field.
 */
const length = z.union([
	z
		.int()
		.positive()
		.max(999)
		.transform((units) => ({ fixed: units })),
	z
		.string()
		.regex(/^LL\.\.[1-9]\d?$/)
		.transform((text) => ({ ll: Number(text.slice(4)) })),
	z
		.string()
		.regex(/^LLL\.\.[1-9]\d{0,2}$/)
		.transform((text) => ({ lll: Number(text.slice(5)) })),
]);

/** `bcd` packs two digits into a byte, `hex` writes each byte as two characters. */
const digitsEncoding = z.enum(["bcd", "ascii"]);
const bytesEncoding = z.enum(["binary", "hex"]);
const lengthEncoding = z.enum(["bcd", "ascii", "binary"]);

/** Whether a length counts the value (digits, characters, bytes) or the bytes it takes on the wire. */
const counts = z.enum(["value", "wire"]);

const fieldSpec = z
	.strictObject({
		name: z.string().min(1),
		content,
		length,
		/** Where this field differs from its table. */
		encoding: z.union([digitsEncoding, bytesEncoding]).optional(),
		lengths: lengthEncoding.optional(),
		counts: counts.optional(),
		/** End of an odd number of BCD digits; unless told otherwise a fixed number is right, a variable one left. */
		align: z.enum(["left", "right"]).optional(),
		/** Written into the spare nibble of BCD, 0 unless told otherwise; on reading it may be anything. */
		filler: z.int().min(0).max(15).optional(),
		/** What may be seen of it. Whatever is not marked `no` is kept as bytes and hidden, all of it or all but a masked PAN. */
		sensitive: z.enum(["no", "pan", "all"]).optional(),
	})
	.refine(({ content, encoding }) => encoding === undefined || encodings[content].includes(encoding), {
		error: "this content cannot have this encoding",
		path: ["encoding"],
	});

const isMac = (field: z.infer<typeof fieldSpec>): boolean => field.content === "b" && "fixed" in field.length;

const encodings: Readonly<Record<z.infer<typeof content>, readonly string[]>> = {
	n: digitsEncoding.options,
	z: digitsEncoding.options,
	an: ["ascii"],
	ans: ["ascii"],
	b: bytesEncoding.options,
};

/** A dialect of ISO 8583 as data: how the message type, the bitmap and each field look on the wire. */
export const messageSpecSchema = z
	.strictObject({
		name: z.string().min(1),
		source: z.string().min(1),
		mti: z.enum(["bcd", "ascii"]),
		bitmap: bytesEncoding,
		/** 64 or 128; with 64 the first bit of the bitmap is never set. */
		highestField: z.union([z.literal(64), z.literal(128)]),
		lengths: lengthEncoding,
		/** Encoding of `n` and `z`. */
		digits: digitsEncoding,
		/** Encoding of `b`. */
		binary: bytesEncoding,
		/** Fields 1 and 65 are bitmaps. */
		fields: z.record(z.string().regex(/^(?!65$)([2-9]|[1-9]\d|1[01]\d|12[0-8])$/), fieldSpec),
	})
	.refine(({ fields, highestField }) => Object.keys(fields).every((field) => Number(field) <= highestField), {
		error: "a field above the highest one",
		path: ["fields"],
	})
	.refine(({ fields }) => [fields[64], fields[128]].every((field) => field === undefined || isMac(field)), {
		error: "64 and 128 are MACs: bytes of fixed length",
		path: ["fields"],
	});

export type MessageSpec = Readonly<z.infer<typeof messageSpecSchema>>;
export type FieldSpec = Readonly<z.infer<typeof fieldSpec>>;
