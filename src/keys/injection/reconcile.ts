import { placeText } from "../place.ts";
import type { KeyBook } from "../record/key-book.ts";
import type { RecordedEntry } from "../record/record-line.ts";
import type { Manifest } from "./manifest.ts";
import type { ManifestRow } from "./manifest-row.ts";

/** Where a key of the manifest is: in its slot and proved, refused, begun with an unknown end, or never begun. */
type RowEnd =
	| { readonly kind: "proved" }
	| { readonly kind: "refused"; readonly code: string }
	| { readonly kind: "in_doubt" }
	| { readonly kind: "open" };

/** A pad of the manifest and its keys. `missing`: it was never connected. */
export interface PadAccount {
	readonly serial: string;
	readonly state: "complete" | "incomplete" | "refused" | "missing";
	readonly keys: readonly { readonly row: ManifestRow; readonly end: RowEnd }[];
}

/** Every pad of the list, in the order of the list, whether anything happened to it or not. */
export function reconcile(
	{ batch, rows }: Manifest,
	book: KeyBook,
	entries: readonly RecordedEntry[],
): readonly PadAccount[] {
	const known = { batch, book, refusals: refusalsOf(batch, entries) };
	return [...Map.groupBy(rows, ({ serial }) => serial)].map(([serial, own]) => {
		const keys = own.map((row) => ({ row, end: endOf(row, known) }));
		return { serial, keys, state: stateOf(keys.map(({ end }) => end)) };
	});
}

interface Known {
	readonly batch: string;
	readonly book: KeyBook;
	/** The last refusal of each pad and slot that no later success has made good. */
	readonly refusals: ReadonlyMap<string, string>;
}

function refusalsOf(batch: string, entries: readonly RecordedEntry[]): ReadonlyMap<string, string> {
	const refusals = new Map<string, string>();
	for (const { event } of entries) {
		if (event.type === "load_refused" && event.batch === batch) {
			refusals.set(refusalId(event.serial, event.place), event.code);
		}
		if (event.type === "load_proved" && event.batch === batch) {
			refusals.delete(refusalId(event.serial, event.place));
			refusals.delete(refusalId(event.serial, undefined));
		}
	}
	return refusals;
}

function endOf({ serial, place }: ManifestRow, { batch, book, refusals }: Known): RowEnd {
	const state = book.slots(serial).get(placeText(place));
	if (state?.batch === batch && state.proof !== undefined && !state.lost) {
		return { kind: "proved" };
	}
	const code = refusals.get(refusalId(serial, placeText(place))) ?? refusals.get(refusalId(serial, undefined));
	if (code !== undefined) {
		return { kind: "refused", code };
	}
	return state?.batch === batch ? { kind: "in_doubt" } : { kind: "open" };
}

function stateOf(ends: readonly RowEnd[]): PadAccount["state"] {
	if (ends.every(({ kind }) => kind === "proved")) {
		return "complete";
	}
	if (ends.some(({ kind }) => kind === "refused")) {
		return "refused";
	}
	return ends.every(({ kind }) => kind === "open") ? "missing" : "incomplete";
}

function refusalId(serial: string | undefined, place: string | undefined): string {
	return `${serial ?? ""} ${place ?? ""}`;
}
