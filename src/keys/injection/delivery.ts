import type { KeyDelivery, KeyLoading, KeyPlace } from "../../devices/key-loading.ts";
import { Fault } from "../../kernel/fault.ts";
import { concatBytes } from "../../wire/bytes.ts";
import { fingerprintOf } from "../check-value.ts";
import { keyAlgorithms } from "../key-kind.ts";
import { parsePlaceText } from "../place.ts";
import type { KeyBook } from "../record/key-book.ts";
import type { KeyStore } from "../vault/key-store.ts";
import type { ManifestRow } from "./manifest-row.ts";
import { useRowKey } from "./row-keys.ts";

interface Parts {
	readonly store: KeyStore;
	readonly book: KeyBook;
	readonly loading: KeyLoading;
}

/**
 * The key of a row as it travels: its key block as it is when the pad knows the KBPK, else enciphered under the key the
 * row names, else in the clear, which is for the caller to wipe.
 * @throws Fault `slot_unsuitable` when the pad has no such place, or takes the key in none of these forms;
 * `clear_load_refused` for production keys
 */
export function deliveryOf(row: ManifestRow, parts: Parts): KeyDelivery {
	const { store, loading } = parts;
	const { source, kek } = row;
	const forms = loading.formsFor(row.place, keyAlgorithms[row.algorithm].cipher);
	if (source.kind === "block" && source.under === kek && forms.includes("key_block")) {
		return { form: "key_block", block: source.block };
	}
	if (kek !== undefined) {
		requireForm(row, forms, "enciphered");
		const under = placeOfKek(row, kek, parts);
		const { cipher } = store.hold(kek);
		return { form: "enciphered", under, cryptogram: useRowKey(store, row, (key) => cipher.encipherEcb(key)) };
	}
	requireForm(row, forms, "clear");
	if (store.purpose === "production") {
		throw new Fault("clear_load_refused", { context: { line: row.line } });
	}
	return { form: "clear", key: useRowKey(store, row, (key) => concatBytes(key)) };
}

function requireForm({ line }: ManifestRow, forms: readonly KeyDelivery["form"][], form: KeyDelivery["form"]): void {
	if (!forms.includes(form)) {
		const taken = forms.length === 0 ? "no such key there" : `it ${forms.join(" or ")} only`;
		throw new Fault("slot_unsuitable", { detail: `Line ${line}: the pad takes ${taken}`, context: { line } });
	}
}

/** A working key travels under its master key, any other one under a key that the record knows to be in the pad. */
function placeOfKek({ place, serial, line }: ManifestRow, kek: string, { store, book }: Parts): KeyPlace {
	if (place.kind === "working") {
		return { kind: "master", slot: place.master };
	}
	const fingerprint = fingerprintOf(store.hold(kek).cipher);
	for (const [text, state] of book.slots(serial)) {
		if (state.fingerprint === fingerprint && state.proof !== undefined && !state.lost) {
			return parsePlaceText(text);
		}
	}
	throw new Fault("slot_unsuitable", {
		detail: `Line ${line}: the record knows no slot of this pad that holds ${kek}`,
		context: { line, kek },
	});
}
