import type { Driver, DriverContext, DriverLine } from "../../devices/driver.ts";
import type { PosPrinter, PrinterStatus } from "../../devices/pos-printer.ts";
import { isFault } from "../../kernel/fault.ts";
import { automaticStatusOn } from "./commands.ts";
import { Dialogue } from "./dialogue.ts";
import { EscposPrinter } from "./escpos-printer.ts";
import { type EscposOptions, escposOptions } from "./options.ts";
import { askStatus } from "./questions.ts";
import { isReady } from "./status.ts";

/** Receipt printers that speak Epson ESC/POS, on a serial line or TCP port 9100. */
export const escposDriver: Driver<PosPrinter, EscposOptions> = {
	id: "escpos",
	category: "PosPrinter",
	title: "ESC/POS receipt printer",
	experimental: false,
	serialDefaults: { baudRate: 9600, dataBits: 8, parity: "none" },
	options: escposOptions,
	attach,
};

async function attach(line: DriverLine, options: EscposOptions, context: DriverContext): Promise<PosPrinter> {
	const dialogue = new Dialogue(line, context);
	const firstStatus = await firstAnswers(dialogue, options, context.signal);
	await line.write(automaticStatusOn);
	const printer = new EscposPrinter({ line, dialogue, options, context, firstStatus });
	if (isReady(printer.status)) {
		await printer.introduce(options.answerMs, context.signal);
	}
	return printer;
}

/**
 * A printer still starting up may miss the first question, so silence is asked again once.
 * Only a printer configured to prove nothing may go on saying nothing.
 */
async function firstAnswers(
	dialogue: Dialogue,
	options: EscposOptions,
	signal: AbortSignal,
): Promise<PrinterStatus | undefined> {
	const patience = { answerMs: options.answerMs, signal };
	try {
		return await askStatus(dialogue, patience);
	} catch (thrown) {
		if (!isFault(thrown, "E_TIMEOUT")) {
			throw thrown;
		}
		if (options.completion === "none") {
			return undefined;
		}
		return askStatus(dialogue, patience);
	}
}
