import type { EarlierPayment, HostMessage, OriginalRequest, PinData, TraceIdentity } from "../acquirers/profile.ts";
import type { Card } from "../card/card.ts";
import type { Transaction } from "../journal/transaction.ts";
import type { HostIdentity } from "../journal/transaction-events.ts";
import { asFault, type Fault, isFault } from "../kernel/fault.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { Ledger, NewEvent, StepExtras } from "./ledger.ts";
import type { PaymentInput } from "./payment-machine.ts";
import { type SignedReversal, signReversal, storedReversal } from "./reversal-message.ts";
import type { Terminal } from "./terminal.ts";

export interface Authorization {
	readonly ledger: Ledger;
	readonly terminal: Terminal;
	readonly transaction: Transaction;
	readonly card: Card;
	readonly pin: PinData | undefined;
	readonly earlier: EarlierPayment | undefined;
	/** Aborts until the request is handed over; after that the host has it and nobody can call it back. */
	readonly cancel: AbortSignal;
	/** Makes the hand-over durable. @throws Fault `journal_unwritable`: nothing may leave then */
	readonly record: (events: readonly NewEvent[], extras: StepExtras) => Promise<void>;
	/** Called at hand-over, when cancelling becomes impossible. */
	readonly onHandOver: () => void;
}

/**
 * Sends the request and gets the answer. `prepared` and `sent` are on disk together before the first byte leaves;
 * while the host thinks, the idle pad signs the reversal that may be needed.
 */
export async function authorize(sale: Authorization): Promise<PaymentInput> {
	const { terminal, ledger, transaction } = sale;
	const { profile, line, timers } = terminal.lane.acquirer;
	const reversible = profile.reversible(transaction.kind);
	let handedOver = false;
	let signing: Promise<void> = Promise.resolve();
	try {
		const trace = terminal.newTrace();
		const { request, original } = await prepare(sale, trace);
		const answer = await line.exchange(request, {
			answerMs: timers.answerMs,
			beforeSend: async () => {
				sale.cancel.throwIfAborted();
				handedOver = true;
				sale.onHandOver();
				await handOver(sale, trace, reversible ? [{ name: "original", value: original }] : []);
			},
			onSent: () => {
				signing = reversible ? signAhead(sale, original) : signing;
			},
		});
		await signing;
		return await readAnswer(sale, request, answer);
	} catch (error) {
		await signing;
		return outcomeOf(asFault(error), handedOver && ledger.get(transaction.id).host !== undefined);
	}

	async function readAnswer(from: Authorization, request: HostMessage, bytes: Bytes): Promise<PaymentInput> {
		const answer = profile.readAnswer(request, bytes);
		if (answer.wish === "sign_in") {
			await from.terminal.askForSignIn("the acquirer asked for it");
		}
		return { is: "answered", answer, meaning: profile.meaning(answer.responseCode) };
	}
}

async function prepare(
	{ terminal, transaction, card, pin, earlier, cancel }: Authorization,
	trace: TraceIdentity,
): Promise<{ readonly request: HostMessage; readonly original: OriginalRequest }> {
	const { lane } = terminal;
	const { draft, original } = lane.acquirer.profile.payment({
		kind: transaction.kind,
		terminal: lane.terminal,
		trace,
		amount: transaction.amount,
		currency: lane.currency.numeric,
		card,
		pin,
		longestPin: lane.pin.maxLength,
		earlier,
	});
	return { request: draft.seal(await terminal.computeMac(draft.macInput, cancel)), original };
}

/** The last moment at which nothing has happened. */
async function handOver(
	sale: Authorization,
	trace: TraceIdentity,
	keep: NonNullable<StepExtras["keep"]>,
): Promise<void> {
	const { lane } = sale.terminal;
	const { terminalId, merchantId } = lane.terminal;
	const host: HostIdentity = { acquirer: lane.acquirer.id, terminalId, merchantId, ...trace };
	await sale.record([{ type: "prepared", host }, { type: "sent" }], { keep });
}

/** Signed in advance, a reversal can go out after the pad was unplugged. Failing here costs nothing: it is signed later. */
async function signAhead({ terminal, ledger, transaction }: Authorization, original: OriginalRequest): Promise<void> {
	try {
		const signed: SignedReversal = await signReversal(terminal, original, { reason: "no_answer" });
		await ledger.record(transaction.id, [{ type: "reversal_signed" }], { keep: [storedReversal(signed)] });
	} catch (error) {
		terminal.log.debug("the reversal could not be signed ahead", { code: asFault(error).code });
	}
}

function outcomeOf(fault: Fault, mayHaveLeft: boolean): PaymentInput {
	if (!mayHaveLeft) {
		return isFault(fault, "cancelled") ? { is: "cancelled", by: "till" } : { is: "failed", fault };
	}
	return { is: "in_doubt", reason: isFault(fault, "host_answer_wrong") ? "not_completed" : "no_answer", fault };
}
