import { z } from "zod";
import { Fault } from "../kernel/fault.ts";
import { parseCsv } from "./csv.ts";
import { serialSchema } from "./record/entry.ts";
import type { KeyRecord } from "./record/key-record.ts";

/** A pad as a delivery note lists it. */
export interface ListedPad {
	readonly serial: string;
	readonly model: string;
}

const listedPadSchema = z.object({ serial: serialSchema, model: z.string().max(40) });

/**
 * Reads a list of pads: CSV with a heading, columns `serial` and `model`.
 * @throws Fault `manifest_invalid` with the line
 */
export function parsePadList(text: string): readonly ListedPad[] {
	const [heading, ...rows] = parseCsv(text);
	const columns = heading?.cells ?? [];
	return rows.map(({ line, cells }) => {
		const row = Object.fromEntries(columns.map((column, at) => [column, cells[at] ?? ""]));
		const { data, error } = listedPadSchema.safeParse(row);
		if (data === undefined) {
			const issue = error.issues[0];
			throw new Fault("manifest_invalid", {
				detail: `Line ${line}: ${issue?.path.join(".") ?? "row"}: ${issue?.message ?? "not valid"}`,
			});
		}
		return data;
	});
}

/** Adds pads to the inventory; those that are there already are passed over. Gives the pads that are new. */
export function addPads(
	record: KeyRecord,
	people: readonly string[],
	pads: readonly ListedPad[],
): readonly ListedPad[] {
	const added: ListedPad[] = [];
	for (const { serial, model } of pads) {
		if (record.book.pad(serial) === undefined) {
			record.append({ type: "pad_added", serial, model }, people);
			added.push({ serial, model });
		}
	}
	return added;
}

/**
 * Takes a pad out of the inventory: no key is loaded into it any more. What it was given stays on record.
 * @throws Fault `pad_unknown`
 */
export function removePad(
	record: KeyRecord,
	people: readonly string[],
	pad: { readonly serial: string; readonly reason: string },
): void {
	if (record.book.pad(pad.serial) === undefined) {
		throw new Fault("pad_unknown", { context: { serial: pad.serial } });
	}
	record.append({ type: "pad_removed", ...pad }, people);
}
