import type { KeyBlockHeader } from "../../crypto/key-block-header.ts";
import type { KeyPlace } from "../../devices/key-loading.ts";
import { asFault, Fault } from "../../kernel/fault.ts";
import { fromHex } from "../../wire/hex.ts";
import { type CheckValue, checkValueOf, fingerprintOf, isCheckValueOf } from "../check-value.ts";
import { requireUsableKey } from "../key-guard.ts";
import { cipherOf, isStrongEnough } from "../key-kind.ts";
import { placeText } from "../place.ts";
import { type KeyBook, type SlotId, slotId } from "../record/key-book.ts";
import { serialNumberId } from "../record/serial-number-id.ts";
import type { KeyStore } from "../vault/key-store.ts";
import { checkBlockHeader } from "./block-checks.ts";
import type { Manifest } from "./manifest.ts";
import type { ManifestRow } from "./manifest-row.ts";
import { headerOf, useRowKey } from "./row-keys.ts";

/** What was found out about the key of a row before any pad is touched. */
export interface RowFacts {
	readonly kcv: CheckValue;
	readonly fingerprint: string;
	/** Header of the key block the key came in. */
	readonly header: string | undefined;
	readonly kekKcv: CheckValue | undefined;
}

/** A row that may be loaded, or why it may not. */
export type PlannedLoad =
	| { readonly kind: "open"; readonly row: ManifestRow; readonly facts: RowFacts }
	| { readonly kind: "refused"; readonly row: ManifestRow; readonly fault: Fault };

interface Given {
	readonly store: KeyStore;
	readonly book: KeyBook;
}

/** Carriers first: a working key needs its master key, and loading a master key erases those under it. */
const order: Readonly<Record<KeyPlace["kind"], number>> = { transport: 0, master: 1, working: 2, initial: 3 };

/** Checks every row against the vault, the record and the other rows; nothing is sent yet. */
export function planBatch({ rows }: Manifest, store: KeyStore, book: KeyBook): readonly PlannedLoad[] {
	const uses = new Uses();
	return rows
		.map((row) => planRow(row, { store, book }, uses))
		.sort((a, b) => order[a.row.place.kind] - order[b.row.place.kind]);
}

/** Which slot of the manifest was the first to have a key, or a key serial number. */
class Uses {
	readonly #slots = new Map<string, SlotId>();

	firstOf(what: string, slot: SlotId): SlotId {
		const first = this.#slots.get(what) ?? slot;
		this.#slots.set(what, first);
		return first;
	}
}

function planRow(row: ManifestRow, given: Given, uses: Uses): PlannedLoad {
	try {
		const header = headerOf(row);
		checkCarriers(row, given.store, header);
		const facts = factsOf(row, given.store);
		checkUniqueness(row, facts, { ...given, uses });
		return { kind: "open", row, facts };
	} catch (error) {
		return { kind: "refused", row, fault: asFault(error) };
	}
}

/** Of a key block, in characters, without its optional blocks. */
const headerLength = 16;
const kbpkRoles: readonly string[] = ["KBPK", "KEK"];
const kekRoles: readonly string[] = ["KEK", "TMK", "TDK"];

function checkCarriers(row: ManifestRow, store: KeyStore, header: KeyBlockHeader | undefined): void {
	const { line, algorithm, source } = row;
	const carriers: string[] = [];
	if (header !== undefined && source.kind === "block") {
		checkBlockHeader(header, row);
		requireRole(line, store, source.under, kbpkRoles);
		carriers.push(source.under);
	}
	if (row.kek !== undefined) {
		requireRole(line, store, row.kek, kekRoles);
		carriers.push(row.kek);
	}
	const weaker = carriers.find((name) => !isStrongEnough(store.hold(name).label.algorithm, algorithm));
	if (weaker !== undefined) {
		throw new Fault("kek_weaker", {
			detail: `Line ${line}: ${weaker} is a ${store.hold(weaker).label.algorithm}, too weak to carry a ${algorithm}`,
			context: { line, kek: weaker },
		});
	}
}

function requireRole(line: number, store: KeyStore, name: string, roles: readonly string[]): void {
	const { role } = store.hold(name).label;
	if (!roles.includes(role)) {
		throw new Fault("manifest_invalid", {
			detail: `Line ${line}: ${name} is a ${role}, and carrying a key takes a ${roles.join(" or ")}`,
			context: { line },
		});
	}
}

function factsOf(row: ManifestRow, store: KeyStore): RowFacts {
	const { algorithm, line, kek } = row;
	return useRowKey(store, row, (key) => {
		requireUsableKey(algorithm, key, store.purpose);
		const cipher = cipherOf(algorithm, key);
		const kcv = checkValueOf(algorithm, cipher);
		if (!isCheckValueOf(cipher, kcv.method, fromHex(row.kcv))) {
			throw new Fault("kcv_differs", {
				detail: `Line ${line}: the key has another check value than the manifest says`,
				context: { line, kcv: kcv.value },
			});
		}
		return {
			kcv,
			fingerprint: fingerprintOf(cipher),
			header: row.source.kind === "block" ? row.source.block.slice(0, headerLength) : undefined,
			kekKcv: kek === undefined ? undefined : store.hold(kek).label.kcv,
		};
	});
}

function checkUniqueness(row: ManifestRow, facts: RowFacts, given: Given & { readonly uses: Uses }): void {
	const { book, uses } = given;
	const { line, ksn } = row;
	const slot = slotId(row.serial, placeText(row.place));
	const others = [book.loadedInto(facts.fingerprint), uses.firstOf(facts.fingerprint, slot)];
	const other = others.find((used) => used !== undefined && used !== slot);
	if (other !== undefined) {
		throw new Fault("key_duplicate", { detail: `Line ${line}: this key is in ${other} already`, context: { line } });
	}
	if (ksn === undefined) {
		return;
	}
	const state = book.slots(row.serial).get(placeText(row.place));
	const isTakenUpAgain = state?.ksn === ksn && state.fingerprint === facts.fingerprint;
	const before = isTakenUpAgain ? undefined : book.givenOutTo(ksn);
	const first = uses.firstOf(`ksn ${serialNumberId(ksn)}`, slot);
	if (before !== undefined || first !== slot) {
		throw new Fault("ksn_reused", {
			detail: `Line ${line}: this key serial number went to ${before ?? first} before`,
			context: { line },
		});
	}
}
