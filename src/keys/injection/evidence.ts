import { aes } from "../../crypto/clear/aes.ts";
import type { BlockCipher } from "../../crypto/clear/block-cipher.ts";
import { clearAesKey, clearTdesKey, usingSecret } from "../../crypto/clear/clear-keys.ts";
import { tdes } from "../../crypto/clear/tdes.ts";
import { constantTimeEqual } from "../../crypto/digest.ts";
import type { KeyEvidence, KeyLoading, KeyPlace } from "../../devices/key-loading.ts";
import { isFault } from "../../kernel/fault.ts";
import { toHex } from "../../wire/hex.ts";
import { isCheckValueOf, shownCheckValue } from "../check-value.ts";
import type { Proof } from "../record/entry.ts";

/** What evidence says of a key: it is that key, it is another one, there is none, or it cannot be told. */
export type Verdict = "proved" | "differs" | "missing" | "not_provable";

/** Fewer bytes prove too little; more are not recorded. */
const proofLength = 3;

/** Judges what a pad shows against the key that should be there. */
export function judge(cipher: BlockCipher, evidence: KeyEvidence): Verdict {
	switch (evidence.kind) {
		case "none":
			return "missing";
		case "held":
			return "not_provable";
		case "check_value":
			return verdictOf(isCheckValueOf(cipher, evidence.method, evidence.value));
		case "known_block":
			return verdictOf(isBeginning(evidence.value, cipher.encipherEcb(evidence.data)));
		case "child_check_value":
			return verdictOf(isChildCheckValue(cipher, evidence));
	}
}

/** What a pad shows of a place; `held` where its family has no way to ask. */
export async function evidenceAt(
	loading: KeyLoading,
	place: KeyPlace,
	signal: AbortSignal | undefined,
): Promise<KeyEvidence> {
	try {
		return await loading.proveKey(place, signal);
	} catch (error) {
		if (isFault(error, "E_ILLEGAL")) {
			return { kind: "held" };
		}
		throw error;
	}
}

/** What the record keeps of evidence; nothing when there is no key. */
export function proofOf(evidence: KeyEvidence): Proof | undefined {
	switch (evidence.kind) {
		case "none":
			return undefined;
		case "held":
			return { kind: "held" };
		case "check_value":
			return { kind: "check_value", kcv: shownCheckValue(evidence.method, evidence.value) };
		case "known_block":
			return { kind: "known_block", data: toHex(evidence.data), value: beginningOf(evidence.value) };
		case "child_check_value":
			return {
				kind: "child_check_value",
				cryptogram: toHex(evidence.cryptogram),
				value: beginningOf(evidence.value),
			};
	}
}

/** Compares what a pad shows now with what it showed when the key was loaded: no key is needed for that. */
export function compareWithProof(proof: Proof | undefined, evidence: KeyEvidence): Verdict {
	const now = proofOf(evidence);
	if (now === undefined) {
		return "missing";
	}
	if (proof === undefined || proof.kind === "held" || now.kind !== proof.kind) {
		return "not_provable";
	}
	return verdictOf(JSON.stringify(now) === JSON.stringify(proof));
}

type ChildEvidence = Extract<KeyEvidence, { readonly kind: "child_check_value" }>;

/** A child may be single DES, which a pad of old keys takes and nobody else. */
function isChildCheckValue(cipher: BlockCipher, { cryptogram, value }: ChildEvidence): boolean {
	return usingSecret(cipher.decipherEcb(cryptogram), (child) => {
		const childCipher = cipher.blockSize === 8 ? tdes(clearTdesKey(child)) : aes(clearAesKey(child));
		return isCheckValueOf(childCipher, "ecb-zeros", value);
	});
}

function isBeginning(shown: Uint8Array, whole: Uint8Array): boolean {
	return shown.length >= proofLength && constantTimeEqual(whole.subarray(0, shown.length), shown);
}

function verdictOf(isSame: boolean): Verdict {
	return isSame ? "proved" : "differs";
}

function beginningOf(value: Uint8Array): string {
	return toHex(value.subarray(0, proofLength));
}
