import { z } from "zod";

/**
 * A moment at which the daemon is killed.
 * `journal`: at the commit that holds the n-th event of this type; nothing of it is on disk yet, or all of it is.
 * `pad`, `host`: at the n-th frame of its kind out of or into the daemon; `before` it is lost with the daemon, `after` it
 * is delivered.
 * Both count from the moment the point is set, starting at 1.
 */
export type Point = JournalPoint | LinePoint;

export interface JournalPoint {
	readonly line: "journal";
	readonly event: string;
	readonly nth: number;
	readonly when: "before" | "after";
}

export interface LinePoint {
	readonly line: "pad" | "host";
	/** As the daemon sees it. */
	readonly direction: "out" | "in";
	/** Message type, command or status byte, or "key". */
	readonly shown: string;
	readonly nth: number;
	readonly when: "before" | "after";
}

/** What the daemon's process is to do at its commits. Lies in a file that only the preloaded `die-at-commit.ts` reads. */
export interface Orders {
	/** Counting starts anew with each run. */
	readonly run: number;
	/** Undefined: only to write down which events it commits. */
	readonly dieAt?: JournalPoint;
}

/** One commit of the journal as written down by the daemon's process: the types of its events. */
export const commitSchema = z.strictObject({ run: z.int(), events: z.array(z.string()) });

export type Commit = z.output<typeof commitSchema>;

/** "before journal approved", "after pad < key 2", "before host > 0200". */
export function pointName(point: Point): string {
	const what = point.line === "journal" ? point.event : `${point.direction === "out" ? ">" : "<"} ${point.shown}`;
	return `${point.when} ${point.line} ${what}${point.nth === 1 ? "" : ` ${point.nth}`}`;
}
