import type { HostAnswer } from "../acquirers/profile.ts";
import type { Journal } from "../journal/journal.ts";
import type { Transaction } from "../journal/transaction.ts";
import { asFault, Fault, isFault } from "../kernel/fault.ts";
import { hostReply } from "./host-reply.ts";
import type { Ledger } from "./ledger.ts";
import {
	presentTak,
	readStoredReversal,
	reversalSecrets,
	type SignedReversal,
	signReversal,
	storedReversal,
} from "./reversal-message.ts";
import { signIn } from "./sign-in.ts";
import type { Terminal } from "./terminal.ts";

interface Delivery {
	readonly terminal: Terminal;
	readonly ledger: Ledger;
	readonly journal: Journal;
}

/**
 * Tries once to have the acquirer undo a transaction. The caller holds the terminal's turn.
 * When host or pad say that the keys are no good, signs in, has the reversal signed anew and sends it again.
 * @throws Fault why it is still owed; the failure is in the journal
 */
export async function deliverReversal(delivery: Delivery, id: string, signal: AbortSignal | undefined): Promise<void> {
	const { ledger, terminal } = delivery;
	const attempt = (ledger.get(id).reversal?.attempts ?? 0) + 1;
	try {
		if ((await underPresentKeys(delivery, id, attempt, signal)) === "keys_no_good") {
			await signIn(terminal, signal);
			await conclude(delivery, id, await exchange(delivery, id, attempt, signal), signal);
		}
	} catch (error) {
		const fault = asFault(error);
		if (!isFault(fault, "journal_unwritable") && signal?.aborted !== true) {
			const { code, message: detail } = fault;
			await ledger.record(id, [{ type: "reversal_failed", attempt, code, detail }], {});
		}
		throw fault;
	}
}

async function underPresentKeys(
	delivery: Delivery,
	id: string,
	attempt: number,
	signal: AbortSignal | undefined,
): Promise<"concluded" | "keys_no_good"> {
	try {
		const answer = await exchange(delivery, id, attempt, signal);
		const meaning = delivery.terminal.lane.acquirer.profile.meaning(answer.responseCode);
		if (meaning.action === "sign_in_and_repeat" && canSignIn(delivery)) {
			return "keys_no_good";
		}
		await conclude(delivery, id, answer, signal);
		return "concluded";
	} catch (error) {
		if (isFault(error, "keys_missing") && canSignIn(delivery)) {
			return "keys_no_good";
		}
		throw error;
	}
}

function canSignIn({ terminal }: Delivery): boolean {
	return terminal.lane.acquirer.profile.signInBrings !== undefined;
}

async function exchange(
	delivery: Delivery,
	id: string,
	attempt: number,
	signal: AbortSignal | undefined,
): Promise<HostAnswer> {
	const { terminal, ledger } = delivery;
	const { line, profile, timers } = terminal.lane.acquirer;
	const transaction = ledger.get(id);
	const signed = await signedReversal(delivery, transaction, signal);
	const sentBefore = transaction.reversal?.sent === true;
	const { message } = sentBefore ? await asRepeat(delivery, id, { signed, signal }) : signed;
	const bytes = await line.exchange(message, {
		answerMs: timers.reversalAnswerMs,
		signal,
		beforeSend: async () => {
			await ledger.record(id, [{ type: "reversal_sent", attempt }], {});
		},
	});
	return profile.readAnswer(message, bytes);
}

/**
 * The one signed ahead while it is good and gives the right reason; else a fresh one, kept for the next attempt.
 * Without the pad a reversal that gives the wrong reason is better than none.
 */
async function signedReversal(
	delivery: Delivery,
	transaction: Transaction,
	signal: AbortSignal | undefined,
): Promise<SignedReversal> {
	const reason = transaction.reversal?.reason ?? "no_answer";
	const kept = delivery.journal.secret(transaction.id, "reversal");
	const stored = kept === undefined ? undefined : readStoredReversal(kept);
	const ahead = stored?.tak === presentTak(delivery.terminal) ? stored : undefined;
	if (ahead?.reason === reason) {
		return ahead;
	}
	try {
		return await signAnew(delivery, transaction, { reason, signal });
	} catch (error) {
		if (ahead === undefined || signal?.aborted === true) {
			throw error;
		}
		return ahead;
	}
}

/**
 * Marked as a repeat where the host wants that, and kept for the next attempt.
 * Without the pad an unmarked one is better than none.
 */
async function asRepeat(
	{ terminal, ledger }: Delivery,
	id: string,
	{ signed, signal }: { readonly signed: SignedReversal; readonly signal: AbortSignal | undefined },
): Promise<SignedReversal> {
	const draft = terminal.lane.acquirer.profile.repeated(signed.message);
	if (draft === undefined) {
		return signed;
	}
	try {
		const repeat = { ...signed, message: draft.seal(await terminal.computeMac(draft.macInput, signal)) };
		await ledger.record(id, [{ type: "reversal_signed" }], { keep: [storedReversal(repeat)] });
		return repeat;
	} catch (error) {
		if (signal?.aborted === true || isFault(error, "journal_unwritable")) {
			throw error;
		}
		return signed;
	}
}

async function signAnew(
	{ terminal, ledger, journal }: Delivery,
	{ id, reply }: Transaction,
	{ reason, signal }: { readonly reason: SignedReversal["reason"]; readonly signal: AbortSignal | undefined },
): Promise<SignedReversal> {
	const original = journal.secret(id, "original");
	if (original === undefined) {
		throw new Fault("internal", {
			detail: "the data of the original request is gone",
			context: { transaction: id },
		});
	}
	const signed = await signReversal(terminal, original, {
		reason,
		approvalCode: reply?.approvalCode,
		...(signal === undefined ? {} : { signal }),
	});
	await ledger.record(id, [{ type: "reversal_signed" }], { keep: [storedReversal(signed)] });
	return signed;
}

async function conclude(
	{ terminal, ledger }: Delivery,
	id: string,
	answer: HostAnswer,
	signal: AbortSignal | undefined,
): Promise<void> {
	const { profile } = terminal.lane.acquirer;
	const meaning = profile.meaning(answer.responseCode);
	if (!meaning.endsReversal) {
		throw new Fault("host_refused", {
			detail: `The acquirer refused the reversal: ${answer.responseCode} ${meaning.cashier.en}`,
			context: { responseCode: answer.responseCode },
		});
	}
	// An acknowledgement that anybody could have forged would leave the cardholder debited.
	const done = meaning.verdict !== "declined";
	if (done && !(await terminal.verifyMac(answer, signal))) {
		throw new Fault("mac_wrong", { detail: "The MAC of the reversal's acknowledgement is wrong" });
	}
	const reply = hostReply(answer);
	const note = done ? "reversed" : "unknown_to_host";
	await ledger.recordForSure(id, [{ type: "reversed", reply, note }], { erase: [...reversalSecrets] });
}
