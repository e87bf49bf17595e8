import { commands } from "receiptline";
import { Fault } from "../../kernel/fault.ts";
import { concatBytes, fromLatin1 } from "../../wire/bytes.ts";
import { automaticStatusOn, initialize } from "./commands.ts";
import type { EscposOptions } from "./options.ts";

type Library = typeof commands.escpos;

/** What receiptline puts before every slip: ESC @, then GS a 0, which would switch the automatic status off. */
const libraryHead = "\x1b@\x1da\x00";
const head = fromLatin1(concatBytes(initialize, automaticStatusOn));

/** FS C n, FS ., ESC t 1: what receiptline puts before its rules, to get at box characters of a Japanese code page. */
const ruleHeadLength = 8;
const kanjiOff = "\x1c.";

/**
 * A command set of receiptline with the paper and the status channel left to us: automatic status stays on,
 * no query at the end, no cut at a line of `=`, no raw bytes out of markup, rules in plain ASCII.
 */
export function slipCommands(name: EscposOptions["commandSet"]): Library {
	const library = commands[name];
	return {
		...library,
		open(printer: Parameters<Library["open"]>[0]): string {
			const opened = library.open.call(this, printer);
			if (!opened.startsWith(libraryHead)) {
				throw new Fault("internal", { detail: "receiptline no longer begins with ESC @, GS a 0" });
			}
			return head + opened.slice(libraryHead.length);
		},
		close: () => "",
		cut: () => "",
		command() {
			throw new Fault("E_ILLEGAL", { detail: "a slip may not hold raw printer commands", extended: "raw_command" });
		},
		hr: (width: number) => kanjiOff + "-".repeat(width),
		vr(widths: readonly number[], height: number): string {
			const start = `\x1d!${String.fromCharCode(height - 1)}${kanjiOff}|`;
			return widths.reduce((drawn, width) => `${drawn}${this.relative(width)}|`, start);
		},
		vrstart(...rule: Parameters<Library["vrstart"]>): string {
			return plainRule(library.vrstart.apply(this, rule));
		},
		vrstop(...rule: Parameters<Library["vrstop"]>): string {
			return plainRule(library.vrstop.apply(this, rule));
		},
		vrhr(...rule: Parameters<Library["vrhr"]>): string {
			return plainRule(library.vrhr.apply(this, rule));
		},
	};
}

/** Box characters (katakana page of ESC t 1) as dashes and crosses. */
function plainRule(rule: string): string {
	const drawn = rule.slice(ruleHeadLength).replaceAll("\x95", "-");
	return kanjiOff + drawn.replaceAll(/[\x8f-\x9f]/g, "+");
}
