import { z } from "zod";
import { personSchema } from "../pin-pad/person.ts";
import { faultSchema } from "./faults.ts";

const portNumber = z.int().min(0).max(65_535).default(0);
const hexKey = z.string().regex(/^([\dA-Fa-f]{16}){1,3}$/, "8, 16 or 24 bytes of hex");

/** A key in a slot. Clear: a published test key. */
export const slotKeySchema = z.strictObject({
	/** F holds the key that key blocks come under. */
	slot: z.string().regex(/^[\dA-V]$/),
	key: hexKey,
	/** As in TR-31: K0 carries session keys, P0 enciphers PINs, M3 makes MACs. */
	usage: z.string().length(2).default("K0"),
});

export const initialKeySchema = z.strictObject({
	engine: z.int().min(0).max(2).default(0),
	key: z.string().regex(/^[\dA-Fa-f]{32}$/, "16 bytes of hex"),
	ksn: z.string().regex(/^[\dA-Fa-f]{20}$/, "10 bytes of hex"),
});

/** Where pads of this family differ. The defaults are the more common reading. */
const quirksSchema = z.strictObject({
	/** Sends the even parity bit of each character as its eighth: a pad set to 7E1 on a port set to 8N1. */
	showsParity: z.boolean().default(false),
	/** Takes PINs by Z60 and Z63 only under a prompt of its own table, and ends them at once otherwise (PCI firmware). */
	wantsTablePrompt: z.boolean().default(false),
	/** Numbers of the PIN prompts in the pad's table. */
	pinPrompts: z.array(z.string().regex(/^\d{3}$/)).default(["001", "002"]),
	/** Answers a table prompt with Z2 0 or 1, or only acknowledges it. */
	answersTablePrompt: z.boolean().default(true),
	/** What 08 does with an empty slot: selects it all the same, or never ends the exchange. */
	emptySlot: z.enum(["selected", "unanswered"]).default("selected"),
	/** Whether 71 and 73 carry the key serial number without its leading Fs; UIC's packet 7A changes it. */
	stripsKsn: z.boolean().default(true),
});

/** How a virtual pad is set up. Every value has a default that works; all keys are test keys. */
export const visaPadOptionsSchema = z.strictObject({
	/** A stable name for the pseudo-terminal, which survives unplugging. */
	link: z.string().optional(),
	/** Speaks the same bytes over TCP, as behind a serial server. */
	tcp: z.strictObject({ host: z.string().default("127.0.0.1"), port: portNumber }).optional(),
	controlPort: portNumber,
	/** Bytes take the time of a line at this rate, ten bits each; as fast as possible when left out. */
	baudRate: z.int().positive().optional(),
	dialect: z.enum(["verifone", "uic"]).default("verifone"),
	keyManagement: z.enum(["master-session", "dukpt"]).default("master-session"),
	serialNumber: z
		.string()
		.regex(/^[\dA-Za-z]{1,16}$/)
		.default("246880401A001234"),
	masterKeys: z.array(slotKeySchema).default([]),
	initialKeys: z.array(initialKeySchema).default([]),
	/** A file that keeps keys, key serial numbers and serial number over a restart. */
	remember: z.string().optional(),
	/** Who stands at the pad: each takes one PIN entry, the last one stays. With nobody there the pad times out. */
	persons: z.array(personSchema).default([personSchema.parse({})]),
	faults: z.array(faultSchema).default([]),
	quirks: quirksSchema.prefault({}),
});

export type VisaPadOptions = z.infer<typeof visaPadOptionsSchema>;
