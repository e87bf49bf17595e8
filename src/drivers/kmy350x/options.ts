import { z } from "zod";

/** What differs between pads of this family, or between firmwares of one pad. */
export const kmyOptionsSchema = z.strictObject({
	answerMs: z.int().min(200).max(30_000).default(3_000).meta({ description: "How long an answer may take, ms" }),
	selfTestMs: z.int().min(500).max(25_000).default(10_000).meta({ description: "How long the self-test may take, ms" }),
	masterKeys: z
		.enum(["tdes", "des"])
		.default("tdes")
		.meta({ description: "Algorithm of the master keys: double length, or single" }),
	macReply: z
		.enum(["auto", "raw", "text"])
		.default("auto")
		.meta({ description: "How the pad gives the UnionPay MAC: 8 raw bytes, 8 characters of hex text, or look" }),
	x919: z
		.enum(["unsupported", "x9.9 mode"])
		.default("unsupported")
		.meta({ description: "Whether the pad's X9.9 mode computes X9.19 under a double-length key" }),
	maxMacBytes: z
		.int()
		.min(8)
		.max(1_016)
		.default(240)
		.meta({ description: "Most bytes the pad takes for one MAC; UnionPay MACs need 8" }),
	masterSlots: z.int().min(1).max(64).default(16).meta({ description: "Master keys the pad has room for" }),
	proofSlot: z
		.int()
		.min(0)
		.max(63)
		.default(15)
		.meta({ description: "Working key slot, under each master key, that proving a master key overwrites" }),
});

export type KmyOptions = z.output<typeof kmyOptionsSchema>;
