import { z } from "zod";
import { ArmedFaults } from "../armed-faults.ts";

/**
 * What can go wrong at or behind the host. `value` is milliseconds for `delay`, a response code for `refuse`,
 * a digit for `header_requirement`, minor units for `mismatch`.
 */
const faultNames = [
	/** Processed, no answer. */
	"drop",
	/** Not processed, no answer. */
	"ignore",
	/** The answer comes after `value` ms. */
	"delay",
	/** The answer is kept until the next request comes, and sent before that one's answer. */
	"late",
	/** The answer is a frame of garbage. */
	"corrupt",
	"wrong_mac",
	"wrong_stan",
	/** The answer is sent twice. */
	"duplicate",
	/** The answer leaves in three pieces, in turns of the event loop. */
	"split",
	/** Not processed; answered with response code `value`. */
	"refuse",
	/** The line is cut before the request is processed. */
	"close_before",
	/** The request is processed, then the line is cut instead of an answer. */
	"close_after",
	/** The connection is accepted and cut at once; has no message type. */
	"refuse_connection",
	/** The header of the answer asks for `value`: 3 is "sign in again". */
	"header_requirement",
	/** At a settlement the host's own debits of domestic cards are off by `value`, 100 when left out. */
	"mismatch",
	/** A settlement is answered with flags 3, and nothing is compared. */
	"settlement_error",
] as const;

/** Faults that hit one message type only. */
const onlyMti: Readonly<Record<string, string>> = { mismatch: "0500", settlement_error: "0500" };

export const faultSchema = z
	.strictObject({
		name: z.enum(faultNames),
		/** Message type of the requests it hits; all when left out. */
		mti: z
			.string()
			.regex(/^\d{4}$/)
			.optional(),
		/** How many times; `always` never wears off. */
		count: z.union([z.int().positive(), z.literal("always")]).default(1),
		value: z.string().optional(),
	})
	.refine(({ name, value = "0" }) => name !== "mismatch" || /^-?\d+$/.test(value), "a mismatch takes an integer");

export type Fault = z.infer<typeof faultSchema>;
export type FaultName = Fault["name"];

/** The faults that are switched on. */
export class FaultSwitches extends ArmedFaults<Fault> {
	/** The faults that hit a request of this type, one of each name, now used once more. */
	take(mti: string): ReadonlyMap<FaultName, Fault> {
		return this.takeWhere(
			(fault) =>
				fault.name !== "refuse_connection" && (fault.mti ?? mti) === mti && (onlyMti[fault.name] ?? mti) === mti,
		);
	}

	/** True when a new connection is to be refused. */
	takeConnection(): boolean {
		return this.takeWhere((fault) => fault.name === "refuse_connection").size > 0;
	}
}

/**
 * A fault from the command line: `name[:mti[:count[:value]]]`, an empty part is left out.
 * `drop:0200`, `refuse:0400:3:96`, `delay:0200:always:500`, `refuse_connection::2`.
 * @throws ZodError
 */
export function parseFaultText(text: string): Fault {
	const [name, mti, count, value] = text.split(":");
	return faultSchema.parse({
		name,
		...(isGiven(mti) && { mti }),
		...(isGiven(count) && { count: count === "always" ? count : Number(count) }),
		...(isGiven(value) && { value }),
	});
}

function isGiven(part: string | undefined): part is string {
	return part !== undefined && part !== "";
}
