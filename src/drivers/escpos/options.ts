import { z } from "zod";

/** receiptline's thermal ESC/POS command sets; they differ in how they send pictures and bar codes. */
const commandSets = ["escpos", "generic", "citizen", "fit"] as const;

/** Options of a printer in the configuration. */
export const escposOptions = z.strictObject({
	columns: z
		.int()
		.min(24)
		.max(80)
		.default(48)
		.describe("Characters per line of the normal font: 32 on 58 mm paper, 42 or 48 on 80 mm."),
	encoding: z
		.enum(["gb18030", "cp437", "cp858", "cp1252"])
		.default("gb18030")
		.describe("Character set of the printer; Chinese models speak gb18030."),
	commandSet: z
		.enum(commandSets)
		.default("escpos")
		.describe(
			"escpos for Epson and close relatives, generic for plain clones (pictures by GS v 0), citizen, fit (Fujitsu).",
		),
	completion: z
		.enum(["auto", "gs-h", "gs-r", "none"])
		.default("auto")
		.describe(
			"How the printer proves that a slip is out: gs-h (GS ( H), gs-r (GS r and a clean status), none (every slip ends as unknown); auto asks the printer once.",
		),
	answerMs: z.int().min(50).max(10_000).default(1_000).describe("How long the printer may take to answer a question."),
	printMs: z
		.int()
		.min(1_000)
		.max(300_000)
		.default(30_000)
		.describe("How long a slip may take to come out, stops not counted."),
	suspendedMs: z
		.int()
		.min(1_000)
		.max(86_400_000)
		.default(900_000)
		.describe("How long a stopped slip waits for paper before it ends as unknown."),
	watchMs: z.int().min(500).max(600_000).default(10_000).describe("How often an idle printer is asked for its status."),
});

export type EscposOptions = z.output<typeof escposOptions>;
