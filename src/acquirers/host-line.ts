import type { Events } from "../kernel/events.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { HostMessage } from "./profile.ts";

export interface ExchangeOptions {
	/** How long the host may think, from the last byte sent. */
	readonly answerMs: number;
	readonly signal?: AbortSignal | undefined;
	/**
	 * Awaited after the line is up and before the first byte leaves: the place to make `sent` durable.
	 * When it throws, nothing was sent.
	 */
	readonly beforeSend: () => Promise<void>;
	/** Called in the same tick as the last byte was handed over: work to do while the host thinks. */
	readonly onSent?: () => void;
}

export type HostLineState =
	| { readonly state: "idle" }
	| { readonly state: "up"; readonly host: string; readonly since: number }
	| { readonly state: "down"; readonly since: number; readonly cause: string };

/** An incoming message that no request waits for: late, doubled, or never asked for. */
export interface Unmatched {
	readonly message: Bytes;
	readonly correlation: string | undefined;
	/** `late` when a request with this key was waiting once. */
	readonly kind: "late" | "unasked" | "unreadable";
}

/**
 * The line to one acquirer: connects per exchange or keeps the line open, primary host first, then the standby.
 * Many exchanges may be under way on a kept line; one correlation key can wait only once.
 */
export interface HostLine {
	readonly state: HostLineState;
	readonly unmatched: Events<Unmatched>;
	/**
	 * Sends a request and gives its answer.
	 * @throws Fault `host_exchange_pending` when a request with this key is under way, `host_unreachable` when no host
	 * could be connected: nothing was sent;
	 * `host_line_lost` when the line broke after `beforeSend`; `host_silent` when `answerMs` ran out; the abort reason
	 */
	exchange(request: HostMessage, options: ExchangeOptions): Promise<Bytes>;
	close(): Promise<void>;
}
