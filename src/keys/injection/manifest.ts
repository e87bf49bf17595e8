import { isMap, isSeq, LineCounter, parseDocument } from "yaml";
import { sha256 } from "../../crypto/digest.ts";
import { Fault } from "../../kernel/fault.ts";
import { toHex } from "../../wire/hex.ts";
import { parseCsv } from "../csv.ts";
import { placeText } from "../place.ts";
import { type ManifestRow, manifestColumns, readManifestRow } from "./manifest-row.ts";

/** The list of what goes where: every pad in it is accounted for at the end. */
export interface Manifest {
	/** Names the batch: the same rows are the same batch, so that it can be taken up again where it stopped. */
	readonly batch: string;
	readonly rows: readonly ManifestRow[];
}

/** Rows as read: the line each begins on, and its cells. */
type RawRow = readonly [line: number, cells: unknown];

const utf8 = new TextEncoder();

/**
 * Reads a manifest: CSV with a heading, or YAML with a list under `keys`.
 * @throws Fault `manifest_invalid` with every mistake and its line
 */
export function parseManifest(format: "yaml" | "csv", text: string): Manifest {
	const rows: ManifestRow[] = [];
	const problems: string[] = [];
	for (const [line, cells] of format === "yaml" ? yamlRows(text) : csvRows(text)) {
		const row = readManifestRow(line, cells);
		if (typeof row === "string") {
			problems.push(`line ${line}: ${row}`);
		} else {
			rows.push(row);
		}
	}
	problems.push(...doubledSlots(rows));
	if (problems.length > 0 || rows.length === 0) {
		throw invalid(problems.length > 0 ? problems.join("; ") : "it lists no keys");
	}
	return { batch: batchOf(rows), rows };
}

/** Every value stays text: `081234` is a check value and no number. */
function yamlRows(text: string): readonly RawRow[] {
	const lineCounter = new LineCounter();
	const document = parseDocument(text, { schema: "failsafe", lineCounter });
	const [error] = document.errors;
	if (error !== undefined) {
		throw invalid(`line ${error.linePos?.[0].line ?? 1}: this is no YAML`);
	}
	const keys = isMap(document.contents) ? document.contents.get("keys") : undefined;
	if (!isSeq(keys)) {
		throw invalid("line 1: there is no list under `keys`");
	}
	return keys.items.map((item) => {
		const line = isMap(item) ? lineCounter.linePos(item.range?.[0] ?? 0).line : 1;
		return [line, isMap(item) ? item.toJSON() : item];
	});
}

/** An empty cell is as good as none. */
function csvRows(text: string): readonly RawRow[] {
	const [heading, ...rows] = parseCsv(text);
	const columns = heading?.cells ?? [];
	const unknown = columns.find((column) => !manifestColumns.some((known) => known === column));
	if (unknown !== undefined) {
		throw invalid(`line 1: there is no column "${unknown}"; the columns are ${manifestColumns.join(", ")}`);
	}
	return rows.map(({ line, cells }) => {
		const filled = columns.flatMap((column, at) => (cells[at] ? [[column, cells[at]]] : []));
		return [line, Object.fromEntries(filled)];
	});
}

function doubledSlots(rows: readonly ManifestRow[]): readonly string[] {
	const seen = new Map<string, number>();
	return rows.flatMap(({ serial, place, line }) => {
		const slot = `pad ${serial}, ${placeText(place)}`;
		const first = seen.get(slot);
		seen.set(slot, first ?? line);
		return first === undefined ? [] : [`line ${line}: ${slot} is in line ${first} already`];
	});
}

function batchOf(rows: readonly ManifestRow[]): string {
	const text = JSON.stringify(rows.map((row) => ({ ...row, line: 0 })));
	return toHex(sha256(utf8.encode(text)).subarray(0, 8)).toLowerCase();
}

function invalid(detail: string): Fault {
	return new Fault("manifest_invalid", { detail: `The manifest is not valid: ${detail}` });
}
