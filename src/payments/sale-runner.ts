import { type Card, wipeCard } from "../card/card.ts";
import { maskPan, pinBlockDigits } from "../card/pan.ts";
import type { Transaction } from "../journal/transaction.ts";
import { asFault, Fault } from "../kernel/fault.ts";
import { type Bytes, fromLatin1 } from "../wire/bytes.ts";
import { authorize } from "./authorization.ts";
import type { Ledger, NewEvent, StepExtras } from "./ledger.ts";
import { obstaclesOf } from "./readiness.ts";
import { reversalSecrets } from "./reversal-message.ts";
import type { ReversalQueue } from "./reversal-queue.ts";
import { advanceSale, type SaleInput, type SaleState, type SaleTask, saleBegins } from "./sale-machine.ts";
import { signIn } from "./sign-in.ts";
import type { SlipPrinter } from "./slip-printer.ts";
import type { Terminal } from "./terminal.ts";

export interface Sale {
	readonly id: string;
	readonly card: Card;
	readonly pin: "ask" | "none";
}

export interface SaleRooms {
	readonly ledger: Ledger;
	readonly terminal: Terminal;
	readonly reversals: ReversalQueue;
	readonly slips: SlipPrinter;
}

/** Runs one sale: does what the machine asks, records what it decides, tells it what came of it. */
export class SaleRunner {
	readonly id: string;
	readonly #sale: Sale;
	readonly #rooms: SaleRooms;
	readonly #cancel = new AbortController();
	#handedOver = false;
	#cancelling: Promise<Transaction> | undefined;
	#pinBlock: Bytes | undefined;

	constructor(sale: Sale, rooms: SaleRooms) {
		this.id = sale.id;
		this.#sale = sale;
		this.#rooms = rooms;
	}

	/** Ends when the sale is over, or its reversal is in the queue. Never rejects for what a device or host did. */
	async run(): Promise<void> {
		const { terminal, slips } = this.#rooms;
		try {
			await terminal.exclusively(() => this.#loop());
		} finally {
			wipeCard(this.#sale.card);
			this.#pinBlock?.fill(0);
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
		let state: SaleState = saleBegins;
		await this.#record([{ type: "card_read", entry: this.#sale.card.entry, maskedPan: this.#maskedPan() }]);
		while (state.task.do !== "over") {
			const input = await this.#attempt(state.task);
			const move = advanceSale(state, input);
			await this.#record(move.record);
			state = { task: move.next, repeated: move.repeated };
		}
	}

	async #attempt(task: SaleTask): Promise<SaleInput> {
		try {
			return await this.#perform(task);
		} catch (error) {
			const fault = asFault(error);
			return fault.code === "cancelled" ? { is: "cancelled", by: "till" } : { is: "failed", fault };
		}
	}

	async #perform(task: SaleTask): Promise<SaleInput> {
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

	#check(): SaleInput {
		const [obstacle] = obstaclesOf(this.#rooms.terminal.lane);
		return obstacle === undefined ? { is: "done" } : { is: "failed", fault: obstacle };
	}

	async #takePin(cancel: AbortSignal): Promise<SaleInput> {
		if (this.#sale.pin === "none") {
			return { is: "pin", pin: "not_required" };
		}
		const { terminal } = this.#rooms;
		await this.#record([{ type: "pin_requested" }]);
		const panDigits = pinBlockDigits(this.#sale.card.pan);
		const result = await terminal.lane.pinPad
			.use()
			.enterPin({ panDigits, at: terminal.slotOf("TPK"), ...terminal.lane.pin, onKey: () => undefined }, cancel)
			.finally(() => panDigits.fill(0));
		switch (result.kind) {
			case "entered":
				this.#pinBlock = result.pin.pinBlock;
				return { is: "pin", pin: "entered" };
			case "bypassed":
				return { is: "pin", pin: "bypassed" };
			case "cancelled":
				return { is: "cancelled", by: "cardholder" };
			case "timed_out":
				return { is: "cancelled", by: "time_out" };
		}
	}

	#authorize(cancel: AbortSignal): Promise<SaleInput> {
		const { ledger, terminal } = this.#rooms;
		return authorize({
			ledger,
			terminal,
			transaction: ledger.get(this.id),
			card: this.#sale.card,
			pinBlock: this.#pinBlock,
			cancel,
			onHandOver: () => {
				this.#handedOver = true;
			},
		});
	}

	async #verify(task: Extract<SaleTask, { do: "verify_mac" }>): Promise<SaleInput> {
		try {
			const genuine = await this.#rooms.terminal.verifyMac(task.answer, undefined);
			return genuine ? { is: "done" } : { is: "in_doubt", reason: "mac_wrong", fault: new Fault("mac_wrong") };
		} catch (error) {
			return { is: "in_doubt", reason: "not_completed", fault: asFault(error) };
		}
	}

	/** After hand-over there is no way back: the record is repeated until the disk takes it. */
	async #record(events: readonly NewEvent[]): Promise<void> {
		if (events.length === 0) {
			return;
		}
		const { ledger, slips } = this.#rooms;
		const approved = events.some((event) => event.type === "approved");
		const all = approved ? [...events, ...slips.slipsFor()] : events;
		await ledger.recordForSure(this.id, all, endsDoubt(events) ? forgetReversal : {});
		this.#handedOver &&= !events.some((event) => event.type === "to_repeat");
	}

	#maskedPan(): string {
		return maskPan(fromLatin1(this.#sale.card.pan.reveal()));
	}
}

const forgetReversal: StepExtras = { erase: [...reversalSecrets] };

/** Once the host's word is certain, nothing that a reversal would need is kept. */
function endsDoubt(events: readonly NewEvent[]): boolean {
	return events.some(({ type }) => type === "approved" || type === "declined" || type === "to_repeat");
}
