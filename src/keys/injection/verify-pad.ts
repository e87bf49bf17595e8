import type { PinPad } from "../../devices/pin-pad.ts";
import { Fault } from "../../kernel/fault.ts";
import { parsePlaceText } from "../place.ts";
import type { SlotState } from "../record/key-book.ts";
import type { KeyRecord } from "../record/key-record.ts";
import { compareWithProof, evidenceAt, type Verdict } from "./evidence.ts";

/** A slot of the record, and what the pad shows of it now. */
export interface VerifiedSlot {
	readonly place: string;
	readonly state: SlotState;
	readonly verdict: Verdict;
}

interface VerifyOptions {
	readonly record: KeyRecord;
	readonly people: readonly string[];
	readonly signal: AbortSignal;
}

/**
 * Proves once more, without loading, that a pad holds what the record says. Needs no vault: what the pad shows is compared
 * with what it showed when the key was loaded. Every verdict is recorded.
 * @throws Fault `E_ILLEGAL` for a pad whose keys cannot be proved, `pad_unknown` for one that is not in the inventory, or
 * as the pad does
 */
export async function verifyPad(pad: PinPad, options: VerifyOptions): Promise<readonly VerifiedSlot[]> {
	const { record, people, signal } = options;
	const { keyLoading: loading } = pad;
	if (loading === undefined) {
		throw new Fault("E_ILLEGAL", { detail: `The keys of a ${pad.identity.model} cannot be proved by this driver` });
	}
	const serial = await loading.readSerialNumber(signal);
	if (record.book.pad(serial) === undefined) {
		throw new Fault("pad_unknown", { context: { serial } });
	}
	const verified: VerifiedSlot[] = [];
	for (const [place, state] of record.book.slots(serial)) {
		const evidence = await evidenceAt(loading, parsePlaceText(place), signal);
		const verdict = compareWithProof(state.proof, evidence);
		record.append({ type: "key_verified", serial, place, result: verdict }, people);
		verified.push({ place, state, verdict });
	}
	return verified;
}
