import type { PinEntryRequest } from "../../devices/pin-pad.ts";
import type { Turn } from "../../devices/session.ts";
import type { Clock } from "../../kernel/clock.ts";
import { isFault } from "../../kernel/fault.ts";
import { kmyKeys } from "../../wire/kmy-framing.ts";

/**
 * How the typing ended, and what was typed. After `clear` it depends on the firmware whether one digit is gone or all:
 * `cleared` says that no digit came after the last clear, so that there may be no PIN.
 */
export interface Typing {
	readonly end: "enter" | "cancel" | "timed_out";
	readonly typed: "nothing" | "digits" | "cleared";
}

/** The pad ends an entry by itself; this much later the daemon does. */
const graceMs = 5_000;

const ends = new Map<number, Typing["end"]>([
	[kmyKeys.enter, "enter"],
	[kmyKeys.cancel, "cancel"],
	[kmyKeys.timedOut, "timed_out"],
	[kmyKeys.timedOutToo, "timed_out"],
]);

/**
 * Follows the bare key bytes of a PIN entry up to its end. Frames in between belong to nobody and are passed over.
 * @throws the abort reason, or why the line was lost
 */
export async function followTyping(
	turn: Turn,
	request: PinEntryRequest,
	{ clock, signal }: { readonly clock: Clock; readonly signal: AbortSignal | undefined },
): Promise<Typing> {
	const latest = clock.monotonicMs() + request.timeoutMs + graceMs;
	let typed: Typing["typed"] = "nothing";
	for (;;) {
		try {
			const ms = Math.max(0, latest - clock.monotonicMs());
			const frame = await turn.next({ name: "PIN entry", ms, signal, code: "E_TIMEOUT" });
			const key = frame.kind === "control" ? frame.byte : undefined;
			const end = key === undefined ? undefined : ends.get(key);
			if (end !== undefined) {
				return { end, typed };
			}
			if (key !== undefined) {
				typed = key === kmyKeys.digit ? "digits" : typed === "nothing" ? "nothing" : "cleared";
				request.onKey(key === kmyKeys.digit ? "digit" : "clear");
			}
		} catch (error) {
			if (isFault(error, "E_TIMEOUT") && clock.monotonicMs() >= latest) {
				return { end: "timed_out", typed };
			}
			throw error;
		}
	}
}
