import { Fault } from "../kernel/fault.ts";

/** Rows as comma-separated values (RFC 4180), every cell quoted. A cell that a spreadsheet would compute stays text. */
export function formatCsv(rows: readonly (readonly string[])[]): string {
	return rows.map((row) => `${row.map(quote).join(",")}\r\n`).join("");
}

function quote(cell: string): string {
	const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
	return `"${text.replaceAll('"', '""')}"`;
}

/** A cell, quoted or plain, and what ends it: a comma, the end of the line, or the end of the text. */
const cellPattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/**
 * Rows of comma-separated values (RFC 4180). Empty lines are passed over.
 * @throws Fault `manifest_invalid` with the line of a stray quotation mark
 */
export function parseCsv(text: string): readonly (readonly string[])[] {
	const rows: (readonly string[])[] = [];
	let row: string[] = [];
	cellPattern.lastIndex = 0;
	while (cellPattern.lastIndex < text.length) {
		const from = cellPattern.lastIndex;
		const [, quoted, plain, end] = cellPattern.exec(text) ?? [];
		if (end === undefined) {
			throw new Fault("manifest_invalid", {
				detail: `Line ${text.slice(0, from).split("\n").length}: a quotation mark stands in the wrong place`,
			});
		}
		row.push(quoted?.replaceAll('""', '"') ?? (plain ?? "").trim());
		if (end !== ",") {
			rows.push(row);
			row = [];
		}
	}
	return [...rows, ...(row.length > 0 ? [row] : [])].filter((cells) => cells.some((cell) => cell !== ""));
}
