import type { EarlierPayment, PinData } from "../acquirers/profile.ts";
import { type Card, wipeCard } from "../card/card.ts";
import { maskPan, pinBlockDigits } from "../card/pan.ts";
import type { EncryptedPin } from "../devices/pin-pad.ts";
import type { Claim } from "../journal/journal.ts";
import type { Transaction } from "../journal/transaction.ts";
import { asFault, Fault } from "../kernel/fault.ts";
import { fromLatin1 } from "../wire/bytes.ts";
import { authorize } from "./authorization.ts";
import type { Ledger, NewEvent, StepExtras, TimedEvent } from "./ledger.ts";
import { advance, beginPayment, type PaymentInput, type PaymentTask } from "./payment-machine.ts";
import { obstaclesOf } from "./readiness.ts";
import { reversalSecrets } from "./reversal-message.ts";
import type { ReversalQueue } from "./reversal-queue.ts";
import { signIn } from "./sign-in.ts";
import type { SlipPrinter } from "./slip-printer.ts";
import type { Terminal } from "./terminal.ts";

/** An accepted payment and what its journal does not hold. */
export interface Payment {
	readonly id: string;
	readonly card: Card;
	readonly cardMark: string;
	readonly pin: "ask" | "none";
	/** What the host is told of an earlier payment. */
	readonly earlier: EarlierPayment | undefined;
	/** Names that belong to this payment once it is approved: it is the one correction of another. */
	readonly claims: readonly Claim[];
}

export interface PaymentRooms {
	readonly ledger: Ledger;
	readonly terminal: Terminal;
	readonly reversals: ReversalQueue;
	readonly slips: SlipPrinter;
}

/** Runs one payment: does what the machine asks, records what it decides, tells it what came of it. */
export class PaymentRunner {
	readonly id: string;
	readonly #payment: Payment;
	readonly #rooms: PaymentRooms;
	readonly #cancel = new AbortController();
	#handedOver = false;
	#cancelling: Promise<Transaction> | undefined;
	#pin: PinData | undefined;
	readonly #deferred: TimedEvent[] = [];

	constructor(payment: Payment, rooms: PaymentRooms) {
		this.id = payment.id;
		this.#payment = payment;
		this.#rooms = rooms;
	}

	/** Ends when the payment is over, or its reversal is in the queue. Never rejects for what a device or host did. */
	async run(): Promise<void> {
		const { terminal, slips } = this.#rooms;
		try {
			await terminal.exclusively(() => this.#loop());
		} finally {
			wipeCard(this.#payment.card);
			this.#pin?.block.fill(0);
		}
		slips.printQueued(this.id);
	}

	/** Asking twice is asking once. @throws Fault `too_late_to_cancel` once the host may have the request */
	async cancel(): Promise<Transaction> {
		if (this.#cancelling === undefined) {
			if (this.#handedOver) {
				throw new Fault("too_late_to_cancel", { context: { transaction: this.id } });
			}
			this.#cancel.abort(new Fault("cancelled"));
			this.#cancelling = this.#rooms.ledger.record(this.id, [{ type: "cancel_requested" }], {});
		}
		return this.#cancelling;
	}

	async #loop(): Promise<void> {
		const { ledger, terminal } = this.#rooms;
		const { card, cardMark } = this.#payment;
		const { profile } = terminal.lane.acquirer;
		let state = beginPayment(profile.reversible(ledger.get(this.id).kind), profile.signInBrings !== undefined);
		await this.#record([{ type: "card_read", entry: card.entry, maskedPan: this.#maskedPan(), cardMark }]);
		while (state.task.do !== "over") {
			const input = await this.#attempt(state.task);
			const move = advance(state, input);
			await this.#record(move.record);
			state = move.state;
		}
	}

	async #attempt(task: PaymentTask): Promise<PaymentInput> {
		try {
			return await this.#perform(task);
		} catch (error) {
			const fault = asFault(error);
			return fault.code === "cancelled" ? { is: "cancelled", by: "till" } : { is: "failed", fault };
		}
	}

	async #perform(task: PaymentTask): Promise<PaymentInput> {
		const { terminal, reversals } = this.#rooms;
		const cancel = this.#cancel.signal;
		switch (task.do) {
			case "check":
				cancel.throwIfAborted();
				return this.#check();
			case "clear_reversals":
				await reversals.clear(cancel);
				return { is: "done" };
			case "sign_in":
				if (task.force || terminal.signInDue !== undefined) {
					await signIn(terminal, cancel);
				}
				return { is: "done" };
			case "take_pin":
				return this.#takePin(cancel);
			case "authorize":
				return this.#authorize(cancel);
			case "verify_mac":
				return this.#verify(task);
			case "reverse":
				await reversals.owe(this.id);
				return { is: "done" };
			case "over":
				return { is: "done" };
		}
	}

	#check(): PaymentInput {
		const [obstacle] = obstaclesOf(this.#rooms.terminal.lane);
		return obstacle === undefined ? { is: "done" } : { is: "failed", fault: obstacle };
	}

	async #takePin(cancel: AbortSignal): Promise<PaymentInput> {
		if (this.#payment.pin === "none") {
			return { is: "pin", pin: "not_required" };
		}
		const { terminal } = this.#rooms;
		await this.#record([{ type: "pin_requested" }]);
		const panDigits = pinBlockDigits(this.#payment.card.pan);
		const result = await terminal.lane.pinPad
			.use()
			.enterPin({ panDigits, at: terminal.slotOf("TPK"), ...terminal.lane.pin, onKey: () => undefined }, cancel)
			.finally(() => panDigits.fill(0));
		switch (result.kind) {
			case "entered":
				this.#pin = pinData(result.pin);
				return { is: "pin", pin: "entered" };
			case "bypassed":
				return { is: "pin", pin: "bypassed" };
			case "cancelled":
				return { is: "cancelled", by: "cardholder" };
			case "timed_out":
				return { is: "cancelled", by: "time_out" };
		}
	}

	#authorize(cancel: AbortSignal): Promise<PaymentInput> {
		const { ledger, terminal } = this.#rooms;
		return authorize({
			ledger,
			terminal,
			transaction: ledger.get(this.id),
			card: this.#payment.card,
			earlier: this.#payment.earlier,
			pin: this.#pin,
			cancel,
			onHandOver: () => {
				this.#handedOver = true;
			},
			record: (events, extras) => this.#withDeferred(events, (whole) => ledger.record(this.id, whole, extras)),
		});
	}

	async #verify(task: Extract<PaymentTask, { do: "verify_mac" }>): Promise<PaymentInput> {
		try {
			const genuine = await this.#rooms.terminal.verifyMac(task.answer, undefined);
			return genuine ? { is: "done" } : { is: "in_doubt", reason: "mac_wrong", fault: new Fault("mac_wrong") };
		} catch (error) {
			return { is: "in_doubt", reason: "not_completed", fault: asFault(error) };
		}
	}

	/** After hand-over there is no way back: the record is repeated until the disk takes it. */
	async #record(events: readonly NewEvent[]): Promise<void> {
		if (events.every(({ type }) => type === "card_read" || type === "pin_taken")) {
			this.#deferred.push(...events.map((event) => ({ ...event, at: this.#rooms.terminal.clock.now() })));
			return;
		}
		const { ledger, slips } = this.#rooms;
		const approved = events.some((event) => event.type === "approved");
		const all = approved ? [...events, ...slips.slipsFor(ledger.get(this.id))] : events;
		await this.#withDeferred(all, (whole) =>
			ledger.recordForSure(this.id, whole, {
				...(endsDoubt(events) ? forgetReversal : {}),
				...(approved ? { claims: this.#payment.claims } : {}),
			}),
		);
		this.#handedOver &&= !events.some((event) => event.type === "to_repeat");
	}

	/** What decides nothing goes to disk together with the next step that does: each wait for the disk is a wait for the till. */
	async #withDeferred(
		events: readonly NewEvent[],
		write: (whole: readonly TimedEvent[]) => Promise<Transaction>,
	): Promise<void> {
		await write([...this.#deferred, ...events]);
		this.#deferred.splice(0);
	}

	#maskedPan(): string {
		return maskPan(fromLatin1(this.#payment.card.pan.reveal()));
	}
}

function pinData({ pinBlock, key }: EncryptedPin): PinData {
	return { block: pinBlock, ksn: key.kind === "dukpt" ? key.ksn : undefined };
}

const forgetReversal: StepExtras = { erase: [...reversalSecrets] };

/** Once the host's word is certain, nothing that a reversal would need is kept. */
function endsDoubt(events: readonly NewEvent[]): boolean {
	return events.some(
		({ type }) => type === "approved" || type === "declined" || type === "to_repeat" || type === "left_in_doubt",
	);
}
