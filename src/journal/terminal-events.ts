import type { JournalEvent } from "./journal.ts";

interface Happened<T extends string> extends JournalEvent {
	readonly type: T;
}

/** A working key the pad took over, by its check value; never the key. */
export interface LoadedKey {
	readonly role: string;
	readonly kcv: string;
}

/** What happens to a terminal between its transactions. */
export type TerminalEvent =
	| (Happened<"sign_in_sent"> & { readonly stan: string })
	| (Happened<"signed_in"> & {
			readonly batch: string;
			readonly businessDay: string;
			readonly keys: readonly LoadedKey[];
	  })
	| (Happened<"sign_in_failed"> & { readonly code: string; readonly detail: string })
	| (Happened<"sign_in_due"> & { readonly why: string });

const terminalEventTypes: ReadonlySet<string> = new Set<TerminalEvent["type"]>([
	"sign_in_sent",
	"signed_in",
	"sign_in_failed",
	"sign_in_due",
]);

/** Only we write the journal, and its chain is checked: the name of an event vouches for its shape. */
export function isTerminalEvent(event: JournalEvent): event is TerminalEvent {
	return terminalEventTypes.has(event.type);
}

/** The terminal as its events tell it. */
export interface TerminalStatus {
	readonly batch: string;
	readonly signedInOn: string | undefined;
	readonly keys: readonly LoadedKey[];
	readonly dueBecause: string | undefined;
}

const neverSignedIn: TerminalStatus = {
	batch: "000001",
	signedInOn: undefined,
	keys: [],
	dueBecause: "never signed in",
};

export function foldTerminal(events: readonly TerminalEvent[]): TerminalStatus {
	return events.reduce(applyTerminalEvent, neverSignedIn);
}

export function applyTerminalEvent(before: TerminalStatus, event: TerminalEvent): TerminalStatus {
	switch (event.type) {
		case "sign_in_sent":
			return before;
		case "signed_in":
			return { batch: event.batch, signedInOn: event.businessDay, keys: event.keys, dueBecause: undefined };
		case "sign_in_failed":
			return { ...before, signedInOn: undefined, dueBecause: event.detail };
		case "sign_in_due":
			return { ...before, dueBecause: event.why };
	}
}

/** Working keys change daily: due on a new business day, and whenever something asked for it. */
export function signInDue(status: TerminalStatus, businessDay: string): string | undefined {
	if (status.dueBecause !== undefined) {
		return status.dueBecause;
	}
	return status.signedInOn === businessDay ? undefined : "a new business day";
}
