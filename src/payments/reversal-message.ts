import { z } from "zod";
import type { HostMessage, OriginalRequest } from "../acquirers/profile.ts";
import type { ReversalReason } from "../journal/transaction-events.ts";
import { type Bytes, fromLatin1, latin1 } from "../wire/bytes.ts";
import { fromHex, toHex } from "../wire/hex.ts";
import type { Terminal } from "./terminal.ts";

/** A reversal ready for the line: why it is sent, and the key it was signed under, without which it is worthless. */
export interface SignedReversal {
	readonly message: HostMessage;
	readonly reason: ReversalReason;
	readonly tak: string;
}

/** Names of the secrets that a transaction keeps until its money is certain. */
export const reversalSecrets = ["original", "reversal"] as const;

const stored = z.object({
	bytes: z.string(),
	correlation: z.string(),
	label: z.string(),
	reason: z.enum(["no_answer", "mac_wrong", "not_completed"]),
	tak: z.string(),
});

/** Has the pad sign the reversal of a request. The caller holds the terminal's turn. */
export async function signReversal(
	terminal: Terminal,
	original: OriginalRequest,
	why: { readonly reason: ReversalReason; readonly approvalCode?: string | undefined; readonly signal?: AbortSignal },
): Promise<SignedReversal> {
	const draft = terminal.lane.acquirer.profile.reversal(original, why.reason, why.approvalCode);
	const mac = await terminal.computeMac(draft.macInput, why.signal);
	return { message: draft.seal(mac), reason: why.reason, tak: presentTak(terminal) };
}

/** Check value of the TAK that the terminal signs with now. */
export function presentTak(terminal: Terminal): string {
	return terminal.status.keys.find((key) => key.role === "TAK")?.kcv ?? "";
}

/** As a secret for the journal: it may hold the card number. */
export function storedReversal({ message, reason, tak }: SignedReversal): {
	readonly name: "reversal";
	readonly value: Bytes;
} {
	const { bytes, correlation, label } = message;
	return { name: "reversal", value: latin1(JSON.stringify({ bytes: toHex(bytes), correlation, label, reason, tak })) };
}

/** Back from the journal. */
export function readStoredReversal(value: Bytes): SignedReversal {
	const { bytes, correlation, label, reason, tak } = stored.parse(JSON.parse(fromLatin1(value)));
	return { message: { bytes: fromHex(bytes), correlation, label }, reason, tak };
}
