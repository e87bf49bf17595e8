import { z } from "zod";
import { personSchema } from "../pin-pad/person.ts";
import { faultSchema } from "./faults.ts";

const portNumber = z.int().min(0).max(65_535).default(0);
const hexByte = z.string().regex(/^[\dA-F]{2}$/, "a byte as two upper-case hex digits");

export const masterKeySchema = z.strictObject({
	slot: z.int().min(0).max(63),
	/** Clear: a published test key. */
	key: z.string().regex(/^([\dA-Fa-f]{16}){1,3}$/, "8, 16 or 24 bytes of hex"),
});

/** Where pads of this family differ, or their makers' drivers disagree. The defaults are the more common reading. */
const quirksSchema = z.strictObject({
	/** Bytes of the serial number in the answers to 30 and 38. */
	version30: z.literal([4, 8]).default(4),
	/** A MAC in UnionPay mode: 8 raw bytes, or the first 8 of its hex digits as text. */
	macReply: z.enum(["raw", "hex"]).default("raw"),
	/** Commands after which no working key is active any more. */
	endsActiveKey: z.array(hexByte).default([]),
	/** `32` with M+40: the key comes enciphered under the active key, or it comes clear and its check value goes back. */
	load40: z.enum(["encrypted", "check_value"]).default("encrypted"),
	/** What both key levels are used as until 46 00 and 46 01 say so. */
	cipherAtStart: z.enum(["des", "tdes"]).default("des"),
	/** Controls of 45 that close the keypad. */
	closeCodes: z.array(hexByte).default(["00", "01"]),
	/** The key byte of a time-out. */
	timeoutKey: z.enum(["00", "80"]).default("80"),
	/** Enter before any digit: ends the entry without a PIN, or does nothing. */
	emptyEnter: z.enum(["accepted", "ignored"]).default("accepted"),
	/** Bytes that 41 takes at most. */
	macDataLimit: z.int().min(8).max(1024).default(247),
});

/** How a virtual pad is set up. Every value has a default that works; all keys are test keys. */
export const padOptionsSchema = z.strictObject({
	/** A stable name for the pseudo-terminal, which survives unplugging. */
	link: z.string().optional(),
	/** Speaks the same bytes over TCP, as behind a serial server. */
	tcp: z.strictObject({ host: z.string().default("127.0.0.1"), port: portNumber }).optional(),
	controlPort: portNumber,
	/** Bytes take the time of an 8N1 line at this rate; as fast as possible when left out. */
	baudRate: z.int().positive().optional(),
	version: z
		.string()
		.regex(/^[\x20-\x7e]{1,16}$/)
		.default("KMY3501 V1.06"),
	serialNumber: z
		.string()
		.regex(/^\d{1,16}$/)
		.default("35010001"),
	masterSlots: z.int().min(1).max(64).default(32),
	/** Working keys under each master key. */
	workingSlots: z.int().min(1).max(64).default(16),
	/** Keys of a new pad; a pad that remembers has those of its file. */
	masterKeys: z.array(masterKeySchema).default([]),
	/** A file that keeps the keys over a restart. */
	remember: z.string().optional(),
	/** Who stands at the pad: each takes one PIN entry, the last one stays. With nobody there the pad times out. */
	persons: z.array(personSchema).default([personSchema.parse({})]),
	battery: z.enum(["good", "weak"]).default("good"),
	faults: z.array(faultSchema).default([]),
	quirks: quirksSchema.prefault({}),
});

export type PadOptions = z.infer<typeof padOptionsSchema>;
