import { readFileSync } from "node:fs";
import { z } from "zod";

const fixtureSchema = z.object({
	source: z.string(),
	markup: z.array(z.string()),
	columns: z.int(),
	bytes: z.array(z.string()),
	text: z.array(z.string()),
});

/** A Chinese sales slip: markup, what is sent (hex), and what is on the paper. */
export function salesSlip(): {
	readonly markup: string;
	readonly columns: number;
	readonly hex: string;
	readonly text: string;
} {
	const file = new URL("../fixtures/escpos/sales-slip.json", import.meta.url);
	const { markup, columns, bytes, text } = fixtureSchema.parse(JSON.parse(readFileSync(file, "utf8")));
	return { markup: markup.join("\n"), columns, hex: bytes.join(""), text: text.join("\n") };
}
