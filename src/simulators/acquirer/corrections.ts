import { correctedBy, type PaymentKind } from "../../card/payment-kind.ts";
import { fieldText, type Message } from "../../iso8583/message.ts";
import { mmdd } from "./host-time.ts";
import type { LedgerEntry, TransactionKey } from "./ledger.ts";

/** The books as corrections look at them. */
interface Books {
	readonly entries: readonly LedgerEntry[];
	find(key: TransactionKey): LedgerEntry | undefined;
}

/** A correction or completion as it was asked for. */
export interface CorrectionRequest {
	readonly kind: PaymentKind;
	readonly key: TransactionKey;
	readonly amount: number;
	readonly maskedPan: string;
}

/** A completion may take more than was held, in per cent of it. */
const completionPercent = 115;

/**
 * The transaction that a request names: by batch and trace number in field 61 at the same terminal, where they are not
 * zeros, else by retrieval reference (37) or approval code (38). Whatever else the request says of it must fit.
 */
export function namedOriginal(message: Message, request: CorrectionRequest, books: Books): LedgerEntry | undefined {
	const [, batch = "", stan = "", date = ""] = /^(.{6})(.{6})(.*)$/.exec(fieldText(message, 61) ?? "") ?? [];
	const [reference, approvalCode] = [fieldText(message, 37), fieldText(message, 38)];
	const fits = (entry: LedgerEntry): boolean =>
		entry.state === "approved" &&
		correctedBy(request.kind).includes(entry.kind) &&
		entry.maskedPan === request.maskedPan &&
		(reference === undefined || entry.retrievalReference === reference) &&
		(approvalCode === undefined || entry.approvalCode === approvalCode) &&
		(isBlank(date) || mmdd(entry.at) === date);
	if (!isBlank(stan)) {
		const entry = books.find({ terminalId: request.key.terminalId, batch, stan });
		return entry !== undefined && fits(entry) ? entry : undefined;
	}
	return reference === undefined && approvalCode === undefined ? undefined : books.entries.findLast(fits);
}

/** The response code that refuses a correction; undefined when the host agrees. */
export function correctionRefusal(request: CorrectionRequest, original: LedgerEntry | undefined): string | undefined {
	if (original === undefined) {
		return "25";
	}
	if (original.voided || original.completed) {
		return "12";
	}
	switch (request.kind) {
		case "void":
		case "completion_void":
			return voidRefusal(request, original);
		case "preauth_void":
			return request.amount === original.approvedAmount ? undefined : "64";
		case "completion":
			return request.amount * 100 <= original.approvedAmount * completionPercent ? undefined : "61";
		case "refund":
			return request.amount <= original.approvedAmount - original.refunded ? undefined : "61";
		case "sale":
		case "preauth":
		case "balance":
			return undefined;
	}
}

/** The other entries as an approved correction leaves them or, with `undone`, as they are once it was reversed. */
export function consequences(
	correction: Pick<LedgerEntry, "kind" | "original" | "approvedAmount">,
	books: Books,
	{ undone }: { readonly undone: boolean },
): readonly LedgerEntry[] {
	const original = correction.original === undefined ? undefined : books.find(correction.original);
	if (original === undefined) {
		return [];
	}
	switch (correction.kind) {
		case "void":
		case "preauth_void":
			return [{ ...original, voided: !undone }];
		case "completion":
			return [{ ...original, completed: !undone }];
		case "completion_void": {
			const hold = original.original === undefined ? undefined : books.find(original.original);
			return [{ ...original, voided: !undone }, ...(hold === undefined ? [] : [{ ...hold, completed: undone }])];
		}
		case "refund":
			return [{ ...original, refunded: original.refunded + correction.approvedAmount * (undone ? -1 : 1) }];
		case "sale":
		case "preauth":
		case "balance":
			return [];
	}
}

/** A void undoes a whole transaction of its own terminal, before the batch is settled. */
function voidRefusal({ key, amount }: CorrectionRequest, original: LedgerEntry): string | undefined {
	const isOwn = original.terminalId === key.terminalId && original.batch === key.batch;
	if (!isOwn || original.settled || original.refunded > 0) {
		return "12";
	}
	return amount === original.approvedAmount ? undefined : "64";
}

/** Zeros stand for what is not known. */
function isBlank(digits: string): boolean {
	return /^0*$/.test(digits);
}
