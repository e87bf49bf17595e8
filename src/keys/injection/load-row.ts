import type { KeyEvidence, KeyLoading, KeyPlace } from "../../devices/key-loading.ts";
import type { PinPadIdentity } from "../../devices/pin-pad.ts";
import { Fault } from "../../kernel/fault.ts";
import { fromHex } from "../../wire/hex.ts";
import { cipherOf } from "../key-kind.ts";
import { placeText } from "../place.ts";
import type { SlotState } from "../record/key-book.ts";
import type { KeyRecord } from "../record/key-record.ts";
import type { KeyStore } from "../vault/key-store.ts";
import { deliveryOf } from "./delivery.ts";
import { compareWithProof, evidenceAt, judge, proofOf, type Verdict } from "./evidence.ts";
import type { ManifestRow } from "./manifest-row.ts";
import type { RowFacts } from "./plan.ts";
import { useRowKey } from "./row-keys.ts";

/** All that loading a key has to do with. */
export interface LoadParts {
	readonly batch: string;
	readonly store: KeyStore;
	readonly record: KeyRecord;
	readonly people: readonly string[];
	readonly identity: PinPadIdentity;
	readonly loading: KeyLoading;
	readonly signal: AbortSignal;
}

/** How a row came to its end: loaded now, or found to be there from before a stop. */
export type Loaded = "loaded" | "already_there";

/**
 * Brings one key into its slot and proves it. A load that was begun before, in this batch or an earlier one, is asked
 * for first: when the pad shows the key, it is not loaded again.
 * @throws Fault `pad_changed`, `kcv_differs`, `key_unproven`, `slot_unsuitable`, `clear_load_refused`, `ksn_reused`, or as
 * the pad does
 */
export async function loadRow(row: ManifestRow, facts: RowFacts, parts: LoadParts): Promise<Loaded> {
	const { record, loading, signal } = parts;
	const state = record.book.slots(row.serial).get(placeText(row.place));
	await requireSamePad(row, parts);
	if (state?.fingerprint === facts.fingerprint && state.ksn === row.ksn) {
		const evidence = await evidenceAt(loading, row.place, signal);
		const verdict = judgeRow(row, parts.store, evidence);
		if (verdict === "proved" || (verdict === "not_provable" && state.proof?.kind === "held")) {
			recordProof(row, evidence, parts);
			return "already_there";
		}
		requireUnusedKsn(row, state, parts.batch);
	}
	await load(row, facts, parts);
	return "loaded";
}

/** An initial key that was in use must not come back: its counter would start again, and every transaction key with it. */
function requireUnusedKsn({ ksn, line }: ManifestRow, state: SlotState, batch: string): void {
	if (ksn !== undefined && (state.batch !== batch || state.proof !== undefined)) {
		throw new Fault("ksn_reused", {
			detail: `Line ${line}: this initial key was in the pad before and is gone; it needs a new key serial number`,
			context: { line },
		});
	}
}

/**
 * The start is on disk before the first byte leaves, so that no key serial number is ever given out twice. A load that
 * has begun is brought to its end, whatever the signal says.
 */
async function load(row: ManifestRow, facts: RowFacts, parts: LoadParts): Promise<void> {
	const { batch, record, people, identity, loading } = parts;
	const { serial, place, role, algorithm, ksn } = row;
	const delivery = deliveryOf(row, { ...parts, book: record.book });
	try {
		record.append(
			{
				type: "load_started",
				batch,
				serial,
				place: placeText(place),
				model: identity.model,
				firmware: identity.version,
				form: delivery.form,
				role,
				algorithm,
				kcv: facts.kcv,
				fingerprint: facts.fingerprint,
				...(facts.header === undefined ? {} : { header: facts.header }),
				...(ksn === undefined ? {} : { ksn }),
				...(facts.kekKcv === undefined ? {} : { kekKcv: facts.kekKcv }),
			},
			people,
		);
		const shown = await loading.loadKey({ place, delivery, ...(ksn === undefined ? {} : { ksn: fromHex(ksn) }) });
		requireProof(place, judgeRow(row, parts.store, shown));
		const lasting = await evidenceAt(loading, place, undefined);
		requireProof(place, judgeRow(row, parts.store, lasting));
		recordProof(row, lasting, parts);
	} finally {
		if (delivery.form === "clear") {
			delivery.key.fill(0);
		}
	}
}

/** Somebody may have moved the cable since the last key. */
async function requireSamePad({ serial }: ManifestRow, { loading, signal }: LoadParts): Promise<void> {
	const answering = await loading.readSerialNumber(signal);
	if (answering !== serial) {
		throw new Fault("pad_changed", {
			detail: `Pad ${answering} answers where ${serial} did`,
			context: { expected: serial, answering },
		});
	}
}

function judgeRow(row: ManifestRow, store: KeyStore, evidence: KeyEvidence): Verdict {
	return useRowKey(store, row, (key) => judge(cipherOf(row.algorithm, key), evidence));
}

/** Of transport and initial keys many pads say no more than that they are held; the record says so, too. */
function requireProof({ kind }: KeyPlace, verdict: Verdict): void {
	switch (verdict) {
		case "proved":
			return;
		case "differs":
			throw new Fault("kcv_differs", { detail: "The pad shows another check value than the key has" });
		case "not_provable":
			if (kind === "transport" || kind === "initial") {
				return;
			}
			throw new Fault("key_unproven");
		case "missing":
			throw new Fault("key_unproven", { detail: "The pad took the key and does not have it" });
	}
}

function recordProof(row: ManifestRow, evidence: KeyEvidence, { record, batch, people }: LoadParts): void {
	const proof = proofOf(evidence);
	if (proof !== undefined) {
		record.append({ type: "load_proved", batch, serial: row.serial, place: placeText(row.place), proof }, people);
	}
}

/**
 * Clear keys go only into a pad that holds none, or whose every key comes from this test vault: shown by the record, by a
 * key of the vault, or by a key of this batch whose load was cut off.
 * @throws Fault `clear_load_refused`
 */
export async function requireEmptyOrTestPad(rows: readonly ManifestRow[], parts: LoadParts): Promise<void> {
	const { record, loading, signal, store } = parts;
	const serial = rows[0]?.serial ?? "";
	const slots = record.book.slots(serial);
	for (const { place, evidence } of await loading.survey(signal)) {
		const text = placeText(place);
		const isOurs =
			compareWithProof(slots.get(text)?.proof, evidence) === "proved" ||
			(evidence.kind === "held" && slots.has(text)) ||
			store.list().some(({ name }) => judge(store.hold(name).cipher, evidence) === "proved") ||
			rows.some((row) => placeText(row.place) === text && judgeRow(row, store, evidence) === "proved");
		if (!isOurs) {
			throw new Fault("clear_load_refused", {
				detail: `Pad ${serial} holds a key in ${text} that this vault does not know`,
				context: { serial, place: text },
			});
		}
	}
}
