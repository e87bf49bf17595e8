import type { HostLine } from "./host-line.ts";
import type { Profile } from "./profile.ts";

/** Waits on the host line, milliseconds. */
interface AcquirerTimers {
	readonly answerMs: number;
	readonly reversalAnswerMs: number;
	/** Delays before each new attempt of a reversal; the last one repeats. */
	readonly reversalBackoffMs: readonly [number, ...number[]];
}

/** An acquirer as payments see it: its language and its line. */
export interface Acquirer {
	readonly id: string;
	readonly profile: Profile;
	readonly line: HostLine;
	readonly timers: AcquirerTimers;
}
