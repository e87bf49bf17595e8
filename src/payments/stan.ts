import type { Journal } from "../journal/journal.ts";
import { isTerminalEvent } from "../journal/terminal-events.ts";
import { isTransactionEvent } from "../journal/transaction-events.ts";

const highest = 999_999;
const lookBack = 1_000;

/** System trace audit numbers run from 000001 to 999999 and start over (ISO 8583 DE 11). */
export function nextStan(stan: string): string {
	const next = (Number(stan) % highest) + 1;
	return String(next).padStart(6, "0");
}

interface Used {
	readonly sequence: number;
	readonly stan: string;
}

/** The trace number that went out last on this lane, whether with a payment or a sign-in; `000000` before the first. */
export function lastStan(journal: Journal, where: { readonly lane: string; readonly terminalStream: string }): string {
	const signIns = journal
		.read(where.terminalStream)
		.flatMap(({ sequence, event }): readonly Used[] =>
			isTerminalEvent(event) && event.type === "sign_in_sent" ? [{ sequence, stan: event.stan }] : [],
		);
	const newest = [...signIns.slice(-1), ...lastPayment(journal, where.lane)].sort((a, b) => b.sequence - a.sequence)[0];
	return newest?.stan ?? "000000";
}

/** Payments of a lane go one after the other, so the newest one that was sent has the newest number. */
function lastPayment(journal: Journal, lane: string): readonly Used[] {
	for (const stream of journal.streams({ kind: "transaction", lane, limit: lookBack })) {
		const used = journal
			.read(stream)
			.flatMap(({ sequence, event }): readonly Used[] =>
				isTransactionEvent(event) && event.type === "prepared" ? [{ sequence, stan: event.host.stan }] : [],
			);
		if (used.length > 0) {
			return used.slice(-1);
		}
	}
	return [];
}
