import { rfc3339 } from "../kernel/clock.ts";
import type { Fault } from "../kernel/fault.ts";
import { redactText } from "../kernel/redact-text.ts";

/** Where a command writes and what it was told about the form: results to stdout, everything else to stderr. */
export interface ConsoleIo {
	readonly json: boolean;
	out(line: string): void;
	error(line: string): void;
}

/** A result: the document as one line of JSON, or lines for people. */
export function show(io: ConsoleIo, document: unknown, lines: readonly string[]): void {
	if (io.json) {
		io.out(JSON.stringify(document));
		return;
	}
	for (const line of lines) {
		io.out(line);
	}
}

/** A failure in the same two forms. Texts may quote what the user typed, so they are redacted. */
export function showFault(io: ConsoleIo, fault: Fault): void {
	const { code, message, action, extended, context } = fault;
	if (io.json) {
		io.error(redactText(JSON.stringify({ code, detail: message, action, extended, context })));
		return;
	}
	io.error(redactText(`${message} (${extended === undefined ? code : `${code}: ${extended}`})`));
	io.error(`  ${action}`);
}

/** Rows under a heading, columns as wide as their widest cell. */
export function table(heading: readonly string[], rows: readonly (readonly string[])[]): readonly string[] {
	const widths = heading.map((cell, column) => Math.max(cell.length, ...rows.map((row) => row[column]?.length ?? 0)));
	return [heading, ...rows].map((row) =>
		row
			.map((cell, column) => cell.padEnd(widths[column] ?? 0))
			.join("  ")
			.trimEnd(),
	);
}

/** A moment for people, on this machine's clock. */
export function moment(epochMs: number): string {
	return rfc3339(epochMs).slice(0, 19).replace("T", " ");
}
