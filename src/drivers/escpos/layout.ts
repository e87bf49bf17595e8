import { transform } from "receiptline";
import { Fault } from "../../kernel/fault.ts";
import { type Bytes, concatBytes, latin1 } from "../../wire/bytes.ts";
import { slipCommands } from "./command-set.ts";
import { feedAndCut } from "./commands.ts";
import type { EscposOptions } from "./options.ts";
import { holdsRealTimeCommand, withoutRealTimeDots } from "./picture.ts";
import { printableGbk } from "./printable.ts";

type LayoutOptions = Pick<EscposOptions, "columns" | "encoding" | "commandSet">;

/**
 * Lays a slip out as printer bytes, with one cut at the end, whatever the markup says of cuts.
 * @throws Fault `E_ILLEGAL` when the markup cannot be laid out or would command the printer (`raw_command`, `real_time_bytes`)
 */
export function layoutSlip(markup: string, options: LayoutOptions): Bytes {
	const text = options.encoding === "gb18030" ? printableGbk(plainEscapes(markup)) : markup;
	const output = withoutRealTimeDots(transformed(text, options));
	if (holdsRealTimeCommand(output)) {
		throw new Fault("E_ILLEGAL", {
			detail: "a code of this slip contains bytes that the printer would obey as a command",
			extended: "real_time_bytes",
		});
	}
	return concatBytes(latin1(output), feedAndCut);
}

function transformed(markup: string, { columns, encoding, commandSet }: LayoutOptions): string {
	try {
		return transform(markup, { cpl: columns, encoding, cutting: false, command: slipCommands(commandSet) });
	} catch (cause) {
		throw cause instanceof Fault
			? cause
			: new Fault("E_ILLEGAL", { detail: "the markup of the slip cannot be laid out", cause });
	}
}

/** Writes `\xa5` and its like as the characters they name, so that they are checked like all others. */
function plainEscapes(markup: string): string {
	return markup.replaceAll(/\\(?:x([89A-Fa-f][0-9A-Fa-f])|[^x]|x)/gu, (escape, code?: string) =>
		code === undefined ? escape : String.fromCharCode(Number.parseInt(code, 16)),
	);
}
