import type { Journal, JournalEvent } from "../journal/journal.ts";
import type { Clock } from "../kernel/clock.ts";
import { asFault } from "../kernel/fault.ts";
import type { Log } from "../kernel/log.ts";
import type { Lane } from "./lane.ts";

/** A message from a host that nobody waits for: it changes nothing, but it is evidence when money is disputed. */
interface UnmatchedAnswer extends JournalEvent {
	readonly type: "unmatched_answer";
	readonly acquirer: string;
	readonly kind: "late" | "unasked" | "unreadable";
	/** Terminal and trace number, where they could be read. */
	readonly correlation: string;
	readonly bytes: number;
}

interface Watch {
	readonly lanes: readonly Lane[];
	readonly journal: Journal;
	readonly clock: Clock;
	readonly log: Log;
}

/** Journals late and unmatched answers of every line. Returns the way to stop. */
export function watchUnmatched({ lanes, journal, clock, log }: Watch): () => void {
	const acquirers = new Set(lanes.map(({ acquirer }) => acquirer));
	const stops = [...acquirers].map(({ id, line }) =>
		line.unmatched.subscribe(({ kind, correlation, message }) => {
			const event: UnmatchedAnswer = {
				type: "unmatched_answer",
				at: clock.now(),
				acquirer: id,
				kind,
				correlation: correlation ?? "",
				bytes: message.length,
			};
			log.warn("an answer that nobody waits for", { acquirer: id, kind, correlation: event.correlation });
			journal
				.write({ stream: `acquirer:${id}`, events: [event], open: { kind: "daemon" }, settled: true })
				.catch((error: unknown) => log.error("could not be journalled", { code: asFault(error).code }));
		}),
	);
	return () => {
		for (const stop of stops) {
			stop();
		}
	};
}
