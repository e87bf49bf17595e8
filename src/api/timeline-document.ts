import { z } from "zod";
import type { Recorded } from "../journal/journal.ts";
import { rfc3339 } from "../kernel/clock.ts";
import { redact } from "../kernel/redact.ts";
import { document, moment } from "./documents.ts";

export const timelineDocument = document(
	"Timeline",
	z.object({
		events: z.array(
			z.object({
				sequence: z.int().meta({ description: "Place in the journal" }),
				at: moment,
				type: z.string().meta({ examples: ["accepted", "sent", "approved"] }),
				details: z.record(z.string(), z.unknown()).meta({ description: "Depends on the type" }),
			}),
		),
	}),
);

/** Stays inside: it would tell whether two sales used the same card. */
const hidden: ReadonlySet<string> = new Set(["fingerprint"]);

/** The events of one transaction as clients see them. */
export function showTimeline(events: readonly Recorded[]): z.input<typeof timelineDocument> {
	return {
		events: events.map(({ sequence, event: { type, at, ...details } }) => ({
			sequence,
			at: rfc3339(at),
			type,
			details: Object.fromEntries(
				Object.entries(details)
					.filter(([name]) => !hidden.has(name))
					.map(([name, value]) => [name, redact(value)]),
			),
		})),
	};
}
