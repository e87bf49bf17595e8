import type { PrinterStatus, PrintJobState } from "../../devices/pos-printer.ts";
import { isReady } from "./status.ts";

/** What happens to a job after it was accepted. */
export type JobEvent =
	/** The next write may put bytes into the printer. */
	| { readonly kind: "sending" }
	| { readonly kind: "status"; readonly status: PrinterStatus }
	/** The printer said that everything has been printed. */
	| { readonly kind: "proven" }
	/** No proof can come any more: time is up, the line is gone, or this printer gives none. */
	| { readonly kind: "unprovable" };

/**
 * The life of a print job as a pure machine.
 * A job that may have reached the printer is never sent again: it prints by itself when the printer goes on,
 * and if that cannot be proven it ends as `unknown`.
 */
export function nextJobState(state: PrintJobState, event: JobEvent): PrintJobState {
	switch (state) {
		case "queued":
			return event.kind === "sending" ? "sent" : state;
		case "sent":
		case "suspended":
			return nextInPrinter(state, event);
		case "printed":
		case "unknown":
			return state;
	}
}

/**
 * True when somebody had the cover open and has closed it over a cutter or mechanical error: what jammed is out,
 * and the printer waits for DLE ENQ to go on.
 */
export function errorWasCleared(before: PrinterStatus, now: PrinterStatus): boolean {
	return before.cover === "open" && now.cover === "closed" && (now.error === "cutter" || now.error === "mechanical");
}

function nextInPrinter(state: "sent" | "suspended", event: JobEvent): PrintJobState {
	switch (event.kind) {
		case "sending":
			return state;
		case "status":
			return isReady(event.status) ? "sent" : "suspended";
		case "proven":
			return "printed";
		case "unprovable":
			return "unknown";
	}
}
