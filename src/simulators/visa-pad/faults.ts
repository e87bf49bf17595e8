import { z } from "zod";
import { ArmedFaults } from "../armed-faults.ts";

/** What can go wrong in a pad or on its line. */
const faultNames = [
	/** Not processed, not acknowledged. */
	"ignore",
	/** Answered with NAK instead of being processed. */
	"nak",
	/** Acknowledged and processed, no reply. */
	"silent",
	/** Processed and answered, but not acknowledged. */
	"no_ack",
	/** An EOT comes before the acknowledgement. */
	"stray_eot",
	/** A packet that answers something else, with text `value` (default 71.00001), comes before the acknowledgement. */
	"old_reply",
	/** The pad thinks for `value` ms (default 1000) between acknowledgement and reply. */
	"slow",
	/** The check byte of the reply is wrong. */
	"bad_lrc",
	/** `value`, hex (default 7F2055), comes before the acknowledgement. */
	"garbage",
	/** Only the first `value` bytes of the reply arrive (default half of them). */
	"truncated",
	/** One character of what a key load sends back differs; its check byte fits. */
	"wrong_echo",
	/** The EOT that closes the exchange is missing. */
	"no_eot",
	/** Not processed; the pad replies `value` instead of its own reply ("02?C", "Z674"). */
	"reply",
	/** The pad vanishes before the packet is processed. */
	"unplug_before",
	/** The packet is processed, then the pad vanishes without a reply. */
	"unplug_unanswered",
	/** The pad vanishes in the middle of its reply. */
	"unplug_within",
	/** The pad replies, and vanishes `value` ms later (default 50). */
	"unplug_after",
] as const;

const milliseconds = /^\d+$/;

/** How the value of a fault looks; the others take none. */
const valueForms: Readonly<Partial<Record<(typeof faultNames)[number], RegExp>>> = {
	old_reply: /^[\x20-\x7e]+$/,
	slow: milliseconds,
	garbage: /^([\dA-Fa-f]{2})+$/,
	truncated: /^\d+$/,
	reply: /^[\x20-\x7e]+$/,
	unplug_after: milliseconds,
};

export const faultSchema = z
	.strictObject({
		name: z.enum(faultNames),
		/** Packet that it hits, its id ("02", "Z60"); all when left out. */
		packet: z
			.string()
			.regex(/^[\dA-Z]{2,3}$/)
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
export type PacketFaults = ReadonlyMap<Fault["name"], Fault>;

/** The faults that are switched on. */
export class FaultSwitches extends ArmedFaults<Fault> {
	/** The faults that hit this packet, one of each name, now used once more. */
	take(packet: string): PacketFaults {
		return this.takeWhere((fault) => (fault.packet ?? packet) === packet);
	}
}
