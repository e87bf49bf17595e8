import type { Claim, Journal } from "../journal/journal.ts";
import { Fault } from "../kernel/fault.ts";
import { concatBytes, latin1 } from "../wire/bytes.ts";
import type { PaymentRequest } from "./payments.ts";

/** A reference belongs to one sale of a lane and business day; an attempt that failed is repeated under a new one. */
export function referenceClaim(request: PaymentRequest, businessDay: string): Claim {
	return { scope: "reference", key: JSON.stringify([request.lane, businessDay, request.reference]) };
}

export function keyClaim(idempotencyKey: string): Claim {
	return { scope: "idempotency", key: idempotencyKey };
}

/** Tells whether two requests are the same without keeping the card: keyed, so it cannot be searched by trying numbers. */
export function fingerprintOf(request: PaymentRequest, journal: Journal): string {
	const { kind, lane, amount, currency, reference, pin, earlier, card } = request;
	const asked = [kind, lane, amount, currency, reference, pin, earlier, card.entry];
	const plain = latin1(encodeURIComponent(JSON.stringify(asked)));
	const secret = card.entry === "magnetic" ? card.track2.reveal() : card.expiry.reveal();
	const all = concatBytes(plain, card.pan.reveal(), secret);
	try {
		return journal.fingerprint(all);
	} finally {
		all.fill(0);
	}
}

/** @throws Fault `idempotency_key_reused` when the key came with another request before */
export function mustMatch(earlier: { readonly id: string; readonly fingerprint: string }, fingerprint: string): void {
	if (earlier.fingerprint !== fingerprint) {
		throw new Fault("idempotency_key_reused", { context: { transaction: earlier.id } });
	}
}

/** Requests under one key take turns: a twin must find what the first one has made durable. */
export class KeyTurns {
	readonly #last = new Map<string, Promise<unknown>>();

	async run<T>(key: string, work: () => Promise<T>): Promise<T> {
		const turn = (this.#last.get(key) ?? Promise.resolve()).then(work, work);
		this.#last.set(key, turn);
		try {
			return await turn;
		} finally {
			if (this.#last.get(key) === turn) {
				this.#last.delete(key);
			}
		}
	}
}
