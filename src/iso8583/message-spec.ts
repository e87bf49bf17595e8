import { z } from "zod";

/** What a field may hold: digits, letters and digits, any characters, a track, bytes (ISO 8583-1 clause 6). */
const content = z.enum(["n", "an", "ans", "z", "b"]);

/** `bcd` packs two digits into a byte, `hex` writes each byte as two characters. */
const encoding = z.enum(["bcd", "ascii", "binary", "hex"]);

/** A fixed number of characters (bytes for `b`), or a length prefix of two or three digits and a maximum. */
const length = z.union([
	z.strictObject({ fixed: z.int().positive().max(999) }),
	z.strictObject({ ll: z.int().positive().max(99) }),
	z.strictObject({ lll: z.int().positive().max(999) }),
]);

const fieldSpec = z.strictObject({
	name: z.string().min(1),
	content,
	length,
	encoding,
	/** Which end of an odd number of BCD digits is kept at its place: `left` leaves the spare nibble at the end. */
	align: z.enum(["left", "right"]).optional(),
	/** What `describe` may show. Whatever is not marked `no` is hidden. */
	sensitive: z.enum(["no", "pan", "all"]).optional(),
});

/** A dialect of ISO 8583 as data: how the message type, the bitmap and each field look on the wire. */
export const messageSpecSchema = z.strictObject({
	name: z.string().min(1),
	source: z.string().min(1),
	mti: z.enum(["bcd", "ascii"]),
	bitmap: z.enum(["binary", "hex"]),
	/** How length prefixes are written: BCD digits, ASCII digits, or a binary number. */
	lengths: z.enum(["bcd", "ascii", "binary"]),
	/** 64 or 128; with 64 the first bit of the bitmap is never set. */
	highestField: z.union([z.literal(64), z.literal(128)]),
	/** The field that carries the MAC, the last one of the message. */
	macField: z.union([z.literal(64), z.literal(128)]),
	fields: z.record(z.string().regex(/^([2-9]|[1-9]\d|1[01]\d|12[0-8])$/), fieldSpec),
});

export type MessageSpec = z.infer<typeof messageSpecSchema>;
export type FieldSpec = z.infer<typeof fieldSpec>;
export type FieldContent = FieldSpec["content"];

/** Longest value in characters, or in bytes for `b`. */
export function maximumLength(spec: FieldSpec): number {
	if ("fixed" in spec.length) {
		return spec.length.fixed;
	}
	return "ll" in spec.length ? spec.length.ll : spec.length.lll;
}
