import { Fault } from "../kernel/fault.ts";

/** Rows as comma-separated values (RFC 4180), every cell quoted. A cell that a spreadsheet would compute stays text. */
export function formatCsv(rows: readonly (readonly string[])[]): string {
	return rows.map((row) => `${row.map(quote).join(",")}\r\n`).join("");
}

function quote(cell: string): string {
	const text = /^[=+\-@\t\r]/.test(cell) ? `'${cell}` : cell;
	return `"${text.replaceAll('"', '""')}"`;
}

/** A row as read, and the line it begins on. */
export interface CsvRow {
	readonly line: number;
	readonly cells: readonly string[];
}

/** A cell, quoted or plain, and what ends it: a comma, the end of the line, or the end of the text. */
const cellPattern = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r?\n|$)/y;

/**
 * Rows of comma-separated values (RFC 4180). Empty lines are passed over.
 * @throws Fault `manifest_invalid` with the line of a stray quotation mark
 */
export function parseCsv(text: string): readonly CsvRow[] {
	const rows: CsvRow[] = [];
	let line = 1;
	let cells: string[] = [];
	let height = 0;
	cellPattern.lastIndex = 0;
	while (cellPattern.lastIndex < text.length) {
		const [whole, quoted, plain, end] = cellPattern.exec(text) ?? [];
		if (whole === undefined || end === undefined) {
			throw new Fault("manifest_invalid", {
				detail: `Line ${line + height}: a quotation mark stands in the wrong place`,
			});
		}
		cells.push(quoted?.replaceAll('""', '"') ?? (plain ?? "").trim());
		height += whole.split("\n").length - 1;
		if (end !== ",") {
			rows.push({ line, cells });
			cells = [];
			line += height;
			height = 0;
		}
	}
	rows.push({ line, cells });
	return rows.filter((row) => row.cells.some((cell) => cell !== ""));
}
