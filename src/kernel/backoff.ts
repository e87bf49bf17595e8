/** Delays between attempts: the steps in order, then the last one for ever. */
export interface Backoff {
	readonly stepsMs: readonly [number, ...number[]];
}

/** The delay before attempt `attempt` (0 is the first, and uses the first step). */
export function delayBefore(backoff: Backoff, attempt: number): number {
	const last = backoff.stepsMs.length - 1;
	return backoff.stepsMs[Math.min(attempt, last)] ?? backoff.stepsMs[0];
}
