import { z } from "zod";

/** What a person, or bad luck, does to the printer while it runs. */
export const switchesSchema = z
	.strictObject({
		/** Lines of paper that are left; 0 is the end of the roll. */
		paperLines: z.int().min(0),
		cover: z.enum(["open", "closed"]),
		/** False: taken offline at its panel. */
		online: z.boolean(),
		error: z.enum(["none", "cutter", "mechanical", "overheated", "unrecoverable"]),
		/** The next cuts fail, and raise the error `cutter`. */
		cutterJam: z.boolean(),
		/** Prints, but none of its answers arrives. */
		mute: z.boolean(),
		/** Every byte of an answer leaves on its own, in a turn of the event loop. */
		split: z.boolean(),
		/** Bytes, in hex, that leave before the next answer. */
		noise: z.string().regex(/^(?:[\dA-Fa-f]{2})*$/, "bytes of hex"),
	})
	.partial();

export type Switches = z.infer<typeof switchesSchema>;

/** How a virtual ESC/POS printer is set up. Every value has a default that works. */
export const printerOptionsSchema = z.strictObject({
	line: z
		.discriminatedUnion("kind", [
			/** A pseudo-terminal; `link` is a stable name for its path. */
			z.strictObject({ kind: z.literal("pty"), link: z.string().optional() }),
			/** A TCP listener; port 0 lets the system choose. */
			z.strictObject({
				kind: z.literal("tcp"),
				host: z.string().default("127.0.0.1"),
				port: z.int().min(0).max(65_535).default(0),
			}),
		])
		.default({ kind: "pty" }),
	controlPort: z.int().min(0).max(65_535).default(0),
	/** As answered to GS I 67. */
	model: z.string().default("TB-80 virtual"),
	/** Characters of the normal font that fit on the paper. */
	columns: z.int().min(24).max(80).default(48),
	/** A clone knows neither GS I nor GS ( H, and prints the parameters of the latter; a mute clone no GS r either. */
	dialect: z.enum(["epson", "clone", "mute clone"]).default("epson"),
	/** Time one line takes; 0 prints at once. */
	lineMs: z.int().min(0).max(10_000).default(0),
	rollLines: z.int().min(1).default(10_000),
	/** With no more lines than this the near-end sensor speaks. */
	nearEndLines: z.int().min(0).default(20),
	switches: switchesSchema.default({}),
});

export type PrinterOptions = z.infer<typeof printerOptionsSchema>;
