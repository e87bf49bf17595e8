import { formatCsv } from "../csv.ts";
import { cellsOf } from "./entry-text.ts";
import { headText, type RecordedEntry, type WalkedRecord } from "./record-line.ts";

const heading = ["No.", "Time", "By", "What", "Pad", "Slot", "Key", "KCV", "Header", "KSN", "Result", "Hash"] as const;

/** The record as comma-separated values, one line an entry. */
export function recordAsCsv({ entries }: WalkedRecord): string {
	return formatCsv([heading, ...entries.map(rowOf)]);
}

/** The record as one page that needs nothing else, prints well, and carries the head of the chain and room to sign. */
export function recordAsHtml(record: WalkedRecord): string {
	const head = headText(record.head);
	const rows = record.entries.map((entry) => `<tr>${htmlCells(rowOf(entry)).join("")}</tr>`);
	return `<!doctype html>
<html lang="en">
<head>
<meta charset="utf-8">
<title>Key record, ${record.entries.length} entries</title>
<style>${style}</style>
</head>
<body>
<h1>Key record</h1>
<p>${summaryOf(record)}</p>
<p>Head of the chain: <code>${head}</code></p>
<table>
<thead><tr>${heading.map((cell) => `<th>${cell}</th>`).join("")}</tr></thead>
<tbody>
${rows.join("\n")}
</tbody>
</table>
<p>Verify with <code>tillbridge keys log --verify --head ${head}</code></p>
<div class="signatures">${signature.repeat(2)}</div>
</body>
</html>
`;
}

const style = `
@page { size: A4 landscape; margin: 12mm; }
body { font: 10pt/1.35 system-ui, sans-serif; margin: 2em; color: #111; }
h1 { font-size: 15pt; margin: 0 0 .4em; }
table { border-collapse: collapse; width: 100%; font-size: 8pt; }
th, td { border: 1px solid #999; padding: 2px 4px; text-align: left; vertical-align: top; overflow-wrap: anywhere; }
thead { display: table-header-group; background: #eee; }
tr { break-inside: avoid; }
td:first-child { text-align: right; }
td:last-child, code { font-family: ui-monospace, monospace; font-size: 7pt; }
.signatures { display: flex; gap: 4em; margin-top: 3em; break-inside: avoid; }
.signatures p { flex: 1; border-top: 1px solid #111; padding-top: .3em; }
@media print { body { margin: 0; } }
`;

const signature = "<p>Name, date, signature</p>";

function summaryOf({ entries, brokenAt }: WalkedRecord): string {
	const from = entries[0]?.at ?? "";
	const to = entries.at(-1)?.at ?? "";
	const span = entries.length === 0 ? "No entries." : `${entries.length} entries, ${from} to ${to}.`;
	const chain = brokenAt === undefined ? "The chain is whole." : `THE CHAIN IS BROKEN AT LINE ${brokenAt}.`;
	return escapeHtml(`${span} ${chain}`);
}

function rowOf({ sequence, at, by, event, hash }: RecordedEntry): readonly string[] {
	const { what, pad, slot, key, kcv, header, ksn, result } = cellsOf(event);
	const cells = [what, pad, slot, key, kcv, header, ksn, result].map((cell) => cell ?? "");
	return [String(sequence), at, by.join(", "), ...cells, hash];
}

function htmlCells(cells: readonly string[]): readonly string[] {
	return cells.map((cell) => `<td>${escapeHtml(cell)}</td>`);
}

function escapeHtml(text: string): string {
	return text.replaceAll("&", "&amp;").replaceAll("<", "&lt;").replaceAll(">", "&gt;").replaceAll('"', "&quot;");
}
