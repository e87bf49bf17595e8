import { z } from "zod";
import { checkValueSchema } from "../check-value.ts";
import { keyAlgorithmSchema, keyRoleSchema } from "../key-kind.ts";
import { placeTextSchema } from "../place.ts";
import { keyLabelSchema, keyNameSchema, keyPurposeSchema } from "../vault/key-store.ts";
import { personNameSchema, sideSchema } from "../vault/vault-file.ts";

/** A pad's own serial number. */
export const serialSchema = z.string().regex(/^[A-Za-z0-9][A-Za-z0-9-]{0,31}$/, "up to 32 letters, digits and -");
/** 10 bytes of TDES DUKPT, 12 of AES DUKPT, or the initial key id alone (8), as hex. */
export const ksnSchema = z
	.string()
	.regex(/^(?:[0-9A-F]{16}|[0-9A-F]{20}|[0-9A-F]{24})$/, "16, 20 or 24 upper-case hex digits");
const batchSchema = z.string().regex(/^[0-9a-f]{16}$/);
/** Codes of faults, and those of devices that look like one. */
export const codeSchema = z.string().regex(/^[A-Za-z_\d]{1,40}$/);
const hexSchema = z.string().regex(/^(?:[0-9A-F]{2}){1,32}$/);

/** What a pad showed of a key: check values and nothing else, cut to what may be recorded. */
const proofSchema = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("held") }),
	z.strictObject({ kind: z.literal("check_value"), kcv: checkValueSchema }),
	z.strictObject({ kind: z.literal("known_block"), data: hexSchema, value: hexSchema }),
	z.strictObject({ kind: z.literal("child_check_value"), cryptogram: hexSchema, value: hexSchema }),
]);
export type Proof = z.infer<typeof proofSchema>;

const where = { batch: batchSchema, serial: serialSchema, place: placeTextSchema };

/** Everything that the key record tells, by `type`. No field can hold a key. */
const eventSchemas = [
	z.strictObject({
		type: z.literal("vault_created"),
		purpose: keyPurposeSchema,
		holders: z.array(z.strictObject({ name: personNameSchema, side: sideSchema })),
	}),
	z.strictObject({ type: z.literal("key_stored"), key: keyLabelSchema, components: z.int().min(2) }),
	z.strictObject({ type: z.literal("key_removed"), key: keyLabelSchema }),
	z.strictObject({ type: z.literal("ceremony_refused"), name: keyNameSchema, code: codeSchema }),
	z.strictObject({ type: z.literal("pad_added"), serial: serialSchema, model: z.string().max(40) }),
	z.strictObject({ type: z.literal("pad_removed"), serial: serialSchema, reason: z.string().max(200) }),
	z.strictObject({
		type: z.literal("batch_started"),
		batch: batchSchema,
		purpose: keyPurposeSchema,
		pads: z.int(),
		keys: z.int(),
	}),
	z.strictObject({
		type: z.literal("load_started"),
		...where,
		model: z.string(),
		firmware: z.string(),
		form: z.enum(["clear", "enciphered", "key_block"]),
		role: keyRoleSchema,
		algorithm: keyAlgorithmSchema,
		kcv: checkValueSchema,
		fingerprint: hexSchema,
		/** Header of the key block that the key came in. */
		header: z.string().max(200).optional(),
		ksn: ksnSchema.optional(),
		/** Check value of the key it travelled under. */
		kekKcv: checkValueSchema.optional(),
	}),
	z.strictObject({ type: z.literal("load_proved"), ...where, proof: proofSchema }),
	z.strictObject({
		type: z.literal("load_refused"),
		batch: batchSchema,
		serial: serialSchema.optional(),
		place: placeTextSchema.optional(),
		code: codeSchema,
		/** The device's own code under the fault's. */
		extended: codeSchema.optional(),
	}),
	z.strictObject({
		type: z.literal("batch_ended"),
		batch: batchSchema,
		end: z.enum(["complete", "incomplete"]),
		loaded: z.int(),
		refused: z.int(),
		missing: z.int(),
	}),
	z.strictObject({
		type: z.literal("key_verified"),
		serial: serialSchema,
		place: placeTextSchema,
		result: z.enum(["proved", "differs", "missing", "not_provable"]),
	}),
	z.strictObject({ type: z.literal("torn_line_removed"), bytes: z.int().min(1) }),
] as const;

const stamp = {
	sequence: z.int().min(1),
	/** RFC 3339. */
	at: z.string(),
	/** Who did it: the two people that were authenticated. */
	by: z.array(personNameSchema),
};

export const eventSchema = z.discriminatedUnion("type", eventSchemas);
export type KeyEvent = z.infer<typeof eventSchema>;

export const stampSchema = z.object(stamp);
/** An event with its place, time and people. */
export type KeyEntry = z.infer<typeof stampSchema> & { readonly event: KeyEvent };
