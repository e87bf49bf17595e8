import { z } from "zod";
import { ArmedFaults } from "../armed-faults.ts";

/** What can go wrong in a pad or on its line. */
const faultNames = [
	/** Not processed, no answer. */
	"ignore",
	/** Processed, no answer. */
	"silent",
	/** The pad thinks for `value` ms (default 1000) before it answers. */
	"slow",
	/** The check byte of the answer is wrong. */
	"bad_bcc",
	/** `value`, hex (default FF55AA), comes before the answer. */
	"garbage",
	/** Only the first `value` bytes of the answer arrive (default half of them). */
	"truncated",
	/** Not processed; answered with status `value`, hex (default 15). */
	"status",
	/** The pad vanishes before the command is processed. */
	"unplug_before",
	/** The command is processed, then the pad vanishes without an answer. */
	"unplug_unanswered",
	/** The pad answers, and vanishes `value` ms later (default 50). */
	"unplug_after",
	/** A key byte is lost; `value` names the key (digit, clear, cancel, enter, timedOut), any when left out. */
	"drop_key",
] as const;

const milliseconds = /^\d+$/;

/** How the value of a fault looks; the others take none. */
const valueForms: Readonly<Partial<Record<(typeof faultNames)[number], RegExp>>> = {
	slow: milliseconds,
	garbage: /^([\dA-Fa-f]{2})+$/,
	truncated: /^\d+$/,
	status: /^[\dA-Fa-f]{2}$/,
	unplug_after: milliseconds,
	drop_key: /^(digit|clear|cancel|enter|timedOut)$/,
};

export const faultSchema = z
	.strictObject({
		name: z.enum(faultNames),
		/** Command that it hits, two hex digits; all when left out. */
		command: z
			.string()
			.regex(/^[\dA-F]{2}$/)
			.optional(),
		/** How many times; `always` never wears off. */
		count: z.union([z.int().positive(), z.literal("always")]).default(1),
		value: z.string().optional(),
	})
	.refine(({ name, value }) => value === undefined || valueForms[name]?.test(value), {
		path: ["value"],
		error: ({ input }) => `not a value of ${JSON.stringify(input)}`,
	});

export type Fault = z.infer<typeof faultSchema>;
export type CommandFaults = ReadonlyMap<Fault["name"], Fault>;

/** The faults that are switched on. */
export class FaultSwitches extends ArmedFaults<Fault> {
	/** The faults that hit this command, one of each name, now used once more. */
	take(command: string): CommandFaults {
		return this.takeWhere((fault) => fault.name !== "drop_key" && (fault.command ?? command) === command);
	}

	/** True when this key byte is to be lost. */
	takeKey(key: string): boolean {
		return this.takeWhere((fault) => fault.name === "drop_key" && (fault.value ?? key) === key).size > 0;
	}
}
