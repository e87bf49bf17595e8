import { correctedBy } from "../card/payment-kind.ts";
import { randomId } from "../crypto/random.ts";
import type { Journal } from "../journal/journal.ts";
import type { Clock } from "../kernel/clock.ts";
import { Fault } from "../kernel/fault.ts";
import { type Corrections, earlierPayment } from "./corrections.ts";
import { fingerprintOf, KeyTurns, keyClaim, mustMatch, referenceClaim } from "./idempotency.ts";
import type { LaneDesk } from "./lane-desk.ts";
import type { Ledger } from "./ledger.ts";
import type { PaymentRequest, Submitted } from "./payments.ts";

interface SubmissionRooms {
	readonly ledger: Ledger;
	readonly journal: Journal;
	readonly corrections: Corrections;
	readonly clock: Clock;
}

const highestAmount = 999_999_999_999;

/** Takes requests in: each is durable, or refused, before any device or host hears of it. */
export class Submission {
	readonly #rooms: SubmissionRooms;
	readonly #keys = new KeyTurns();
	/** Two lanes must not both find an earlier payment free. */
	readonly #earlier = new KeyTurns();

	constructor(rooms: SubmissionRooms) {
		this.#rooms = rooms;
	}

	/** The key is looked at first: a repeat must find its transaction even on a busy lane. */
	async submit(request: PaymentRequest, idempotencyKey: string, desk: LaneDesk): Promise<Submitted> {
		checkRequest(request, desk);
		return this.#keys.run(idempotencyKey, () => this.#submitOnce(request, idempotencyKey, desk));
	}

	async #submitOnce(request: PaymentRequest, idempotencyKey: string, desk: LaneDesk): Promise<Submitted> {
		const { journal } = this.#rooms;
		const fingerprint = fingerprintOf(request, journal);
		const owner = journal.owner(keyClaim(idempotencyKey));
		if (owner !== undefined) {
			return this.#repeated(owner, fingerprint);
		}
		const id = randomId("txn_");
		const begin = (): Promise<Submitted> =>
			desk.occupy(id, () => this.#begin({ id, request, idempotencyKey, fingerprint, desk }));
		const earlier = request.earlier?.transaction;
		return earlier === undefined ? begin() : this.#earlier.run(earlier, begin);
	}

	async #begin(accepted: Accepted): Promise<Submitted> {
		const { journal, ledger, corrections, clock } = this.#rooms;
		const { id, request, idempotencyKey, fingerprint, desk } = accepted;
		const { kind, lane, currency, reference, card, pin, supervisor } = request;
		const { businessDay, status } = desk.terminal;
		const cardMark = journal.fingerprint(card.pan.reveal());
		const plan = corrections.plan(request, {
			cardMark,
			lane,
			batch: status.batch,
			businessDay,
			now: clock.now(),
			limits: desk.lane.completion,
		});
		const { amount, earlier, claims } = plan;
		const result = await ledger.begin(
			{
				type: "accepted",
				id,
				kind,
				lane,
				amount,
				currency,
				reference,
				businessDay,
				idempotencyKey,
				fingerprint,
				...(earlier === undefined ? {} : { earlier }),
				...(supervisor === undefined ? {} : { supervisor }),
			},
			[keyClaim(idempotencyKey), referenceClaim(request, businessDay)],
		);
		if (result.kind === "written") {
			desk.start({ id, card, cardMark, pin, earlier: earlierPayment(earlier), claims });
			return { kind: "accepted", transaction: ledger.get(id) };
		}
		if (result.claim.scope === "reference") {
			throw new Fault("reference_reused", { context: { transaction: result.owner, reference } });
		}
		return this.#repeated(result.owner, fingerprint);
	}

	#repeated(id: string, fingerprint: string): Submitted {
		const transaction = this.#rooms.ledger.get(id);
		mustMatch(transaction, fingerprint);
		return { kind: "repeated", transaction };
	}
}

interface Accepted {
	readonly id: string;
	readonly request: PaymentRequest;
	readonly idempotencyKey: string;
	readonly fingerprint: string;
	readonly desk: LaneDesk;
}

/** What can be told from the request and the lane alone. */
function checkRequest(request: PaymentRequest, { lane }: LaneDesk): void {
	const { kind, amount, currency, card, supervisor } = request;
	if (currency !== lane.currency.alphabetic) {
		throw new Fault("request_invalid", {
			detail: `Lane ${lane.id} takes ${lane.currency.alphabetic}`,
			context: { currency: lane.currency.alphabetic },
		});
	}
	if (amount === undefined ? needsAmount(request) : !isAmount(amount)) {
		throw new Fault("request_invalid", { detail: "The amount must be a whole number of minor units above 0" });
	}
	if (kind === "refund" && card.entry === "manual") {
		throw new Fault("card_invalid", { detail: "A refund needs the card itself, not its number typed in" });
	}
	if (lane.supervised.includes(kind) && supervisor === undefined) {
		throw new Fault("supervisor_needed", { context: { kind } });
	}
}

/** A balance has no amount, and a correction without one is for all of what is known here. */
function needsAmount({ kind }: PaymentRequest): boolean {
	return kind !== "balance" && correctedBy(kind).length === 0;
}

function isAmount(amount: number): boolean {
	return Number.isSafeInteger(amount) && amount >= 1 && amount <= highestAmount;
}
