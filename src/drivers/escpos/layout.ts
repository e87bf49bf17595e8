import { commands, transform } from "receiptline";
import { Fault } from "../../kernel/fault.ts";
import { type Bytes, concatBytes, fromLatin1, latin1 } from "../../wire/bytes.ts";
import { automaticStatusOn, feedAndCut, initialize } from "./commands.ts";
import type { EscposEncoding } from "./options.ts";
import { printableGbk } from "./printable.ts";

interface LayoutOptions {
	/** Characters per line of font A. */
	readonly columns: number;
	readonly encoding: EscposEncoding;
}

/** What receiptline puts before every slip: ESC @, then GS a 0, which would switch the automatic status off. */
const libraryHead = "\x1b@\x1da\x00";
const head = fromLatin1(concatBytes(initialize, automaticStatusOn));

/** Real-time commands, which a printer obeys even inside the dots of a picture: DLE EOT, DLE ENQ, DLE DC4. */
const realTimeCommand = /\x10[\x04\x05\x14]/;

/**
 * receiptline's ESC/POS with the status channel left to us: automatic status stays on, no query at the end,
 * no raw bytes out of markup. Rules are dashes: the box characters of receiptline need a Japanese code page.
 */
const commandSet = {
	...commands.escpos,
	open(printer: Parameters<typeof commands.escpos.open>[0]): string {
		const opened: string = commands.escpos.open.call(this, printer);
		if (!opened.startsWith(libraryHead)) {
			throw new Fault("internal", { detail: "receiptline no longer begins with ESC @, GS a 0" });
		}
		return head + opened.slice(libraryHead.length);
	},
	close: () => "",
	command: () => "",
	hr: (width: number) => `\x1c.${"-".repeat(width)}`,
};

/**
 * Lays a slip out as printer bytes, with one cut at the end.
 * @throws Fault `E_ILLEGAL` when the markup cannot be laid out, or a picture holds a real-time command
 */
export function layoutSlip(markup: string, options: LayoutOptions): Bytes {
	const text = options.encoding === "gb18030" ? printableGbk(plainEscapes(markup)) : markup;
	const body = transformed(text, options);
	if (realTimeCommand.test(body)) {
		throw new Fault("E_ILLEGAL", {
			detail: "a picture or code of this slip contains bytes that the printer would obey as a command",
			extended: "real_time_bytes",
		});
	}
	return concatBytes(latin1(body), feedAndCut);
}

function transformed(markup: string, options: LayoutOptions): string {
	try {
		return transform(markup, {
			cpl: options.columns,
			encoding: options.encoding,
			cutting: false,
			command: commandSet,
		});
	} catch (cause) {
		throw new Fault("E_ILLEGAL", { detail: "the markup of the slip cannot be laid out", cause });
	}
}

/** Writes `\xa5` and its like as the characters they name, so that they are checked like all others. */
function plainEscapes(markup: string): string {
	return markup.replace(/\\(?:x([89A-Fa-f][0-9A-Fa-f])|[^x]|x)/gu, (escape, code?: string) =>
		code === undefined ? escape : String.fromCharCode(Number.parseInt(code, 16)),
	);
}
