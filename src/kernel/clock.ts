/** A timer that has not fired yet. */
export interface Timer {
	cancel(): void;
}

/** Time as an argument, so that tests turn the hands themselves. */
export interface Clock {
	/** Wall clock: milliseconds since 1970-01-01 UTC. May jump. */
	now(): number;
	/** Milliseconds that only grow; for measuring. */
	monotonicMs(): number;
	/** Calls back once after `delayMs`. */
	after(delayMs: number, callback: () => void): Timer;
}

export const systemClock: Clock = {
	now: () => Date.now(),
	monotonicMs: () => performance.now(),
	after(delayMs, callback) {
		const handle = setTimeout(callback, delayMs);
		return { cancel: () => clearTimeout(handle) };
	},
};

/** RFC 3339 with the offset of `timeZoneOffsetMinutes` east of UTC (default: of this machine at that moment). */
export function rfc3339(epochMs: number, timeZoneOffsetMinutes?: number): string {
	const offset = timeZoneOffsetMinutes ?? -new Date(epochMs).getTimezoneOffset();
	const local = new Date(epochMs + offset * 60_000).toISOString().slice(0, -1);
	const size = Math.abs(offset);
	const two = (value: number): string => String(value).padStart(2, "0");
	return `${local}${offset < 0 ? "-" : "+"}${two(Math.trunc(size / 60))}:${two(size % 60)}`;
}

/** The calendar day on this machine, `YYYYMMDD`: the business day of a till. */
export function localDay(epochMs: number): string {
	return rfc3339(epochMs).slice(0, 10).replaceAll("-", "");
}
