import { z } from "zod";
import { faultSchema } from "./faults.ts";

const hexBytes = (count: number) =>
	z.string().regex(new RegExp(`^[\\dA-Fa-f]{${count * 2}}$`), `${count} bytes of hex`);

/** How a virtual acquirer is set up. Every value has a default that works; all keys are test keys. */
export const acquirerOptionsSchema = z.strictObject({
	host: z.string().default("127.0.0.1"),
	/** 0 lets the system choose. */
	port: z.int().min(0).max(65_535).default(0),
	controlPort: z.int().min(0).max(65_535).default(0),
	/** Whether a six-byte header follows the TPDU. */
	header: z.boolean().default(true),
	terminals: z
		.array(
			z.strictObject({
				terminalId: z.string().length(8),
				merchantId: z.string().length(15),
				/** Clear terminal master key: a published test key. */
				tmk: hexBytes(16),
			}),
		)
		.default([{ terminalId: "00000001", merchantId: "123456789012345", tmk: "258FB0AB70D025CDB99DF2C4D302D646" }]),
	cards: z
		.array(
			z.strictObject({
				pan: z.string().regex(/^\d{13,19}$/),
				pin: z.string().regex(/^\d{4,12}$/),
				/** Card organisation, field 63.1 of answers. All but CUP are settled as foreign cards. */
				scheme: z.enum(["CUP", "VIS", "MCC", "MAE", "JCB", "DCC", "AMX"]).default("CUP"),
				/** What a balance enquiry is told, minor units. */
				balance: z.int().default(1_000_000),
			}),
		)
		.default([{ pan: "6222020123456789", pin: "123456", scheme: "CUP", balance: 1_000_000 }]),
	/** JSON lines, one per change; read again at the next start. */
	ledgerFile: z.string().optional(),
	faults: z.array(faultSchema).default([]),
});

export type AcquirerOptions = z.infer<typeof acquirerOptionsSchema>;
