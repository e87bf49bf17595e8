import { z } from "zod";

const milliseconds = (least: number, most: number, usual: number, description: string): z.ZodDefault<z.ZodInt> =>
	z.int().min(least).max(most).default(usual).meta({ description });

/** What differs between the makers of this family, or between their firmwares. */
export const visaOptionsSchema = z.strictObject({
	dialect: z
		.enum(["verifone", "uic"])
		.default("verifone")
		.meta({ description: "Whose packets the pad speaks where makers differ" }),
	keyManagement: z
		.enum(["master-session", "dukpt"])
		.default("master-session")
		.meta({ description: "How the pad is set to protect PINs; the driver never changes it by itself" }),
	pinPacket: z
		.enum(["auto", "70", "Z60", "Z63"])
		.default("auto")
		.meta({ description: "Packet that asks for a PIN; auto: Z63 for VeriFone, Z60 for UIC" }),
	pinPrompt: z
		.string()
		.regex(/^([\x20-\x7e]{1,32}|#\d{3})$/)
		.default("ENTER PIN")
		.meta({
			description: "Prompt shown before Z60 and Z63: a text, or # and the number of a prompt in the pad's table",
		}),
	acknowledgeMs: milliseconds(200, 10_000, 4_000, "How long the pad may take to acknowledge a packet, ms"),
	replyMs: milliseconds(500, 60_000, 20_000, "How long a reply may take, ms; PIN entries have their own time"),
	closingMs: milliseconds(100, 10_000, 2_000, "How long to wait for the EOT that ends an administration exchange, ms"),
	experimental: z
		.boolean()
		.default(false)
		.meta({ description: "Allow key loading that is known from one source only: key blocks, UIC's longer clear keys" }),
});

export type VisaOptions = z.output<typeof visaOptionsSchema>;
