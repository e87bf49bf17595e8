import { redactText } from "../../kernel/redact-text.ts";
import type { Dialect } from "../dialect.ts";
import type { TraceHeader } from "../trace-file.ts";
import { unmaskedEntries } from "./scan-trace.ts";
import type { ReportFile } from "./tar.ts";

/** Where something was found that must not leave the house; what it was is not repeated. */
export interface Leak {
	readonly file: string;
	/** From 1. */
	readonly line: number;
	readonly what: string;
}

export interface ScanOptions {
	/** Values of this installation that nobody may read: tokens, the data key in every form it may have. */
	readonly secrets: readonly string[];
	/** Numbers that look like card numbers and are none: merchant numbers, serial numbers. */
	readonly harmless: readonly string[];
	/** The language a trace was recorded in. */
	readonly dialectOf: (header: TraceHeader) => Dialect;
}

type Rule = (line: string) => boolean;

const secretField =
	/"(?:pan|cardNumber|accountNumber|track\d?|track\dData|pinBlock|cvv2?|cvc2?|cryptogram|token|secret|password|passphrase|authorization|component|keyBlock)"\s*:\s*"(?!\[masked\]|[\d*]*\*[\d*]*"|")/i;
/** How a PIN was asked for may be seen; digits may not. */
const pinDigits = /"pin"\s*:\s*"?\d{4}/i;
const token = /\b(?:tbk|local)_[\w-]{20,}/;
/** Blocks and keys of 8, 16, 24 and 32 bytes as one word; decimal numbers are judged as card numbers. */
const hexWord =
	/(?<![\dA-Za-z])(?=[\dA-F]*[A-F])(?=[\dA-F]*\d)(?:[\dA-F]{16}|[\dA-F]{32}|[\dA-F]{48}|[\dA-F]{64})(?![\dA-Za-z])/i;

/** What makes a line unfit to be shown, by what to call it. */
const rules: Readonly<Record<string, Rule>> = {
	"card number or track": (line) => redactText(line) !== line,
	"field that holds a secret": (line) => secretField.test(line) || pinDigits.test(line),
	token: (line) => token.test(line),
	"key or enciphered block": (line) => hexWord.test(line),
};

/** Everything in a file that must not be in a report. Nothing is repaired: what is found must be cured at its source. */
export function scan({ name, text }: ReportFile, options: ScanOptions): readonly Leak[] {
	const lines = text.split("\n");
	const found = lines.flatMap((line, index) => {
		const judged = options.harmless.reduce((rest, value) => (value === "" ? rest : rest.replaceAll(value, "#")), line);
		const broken = Object.entries(rules).filter(([, breaks]) => breaks(judged));
		const known = options.secrets.some((secret) => secret !== "" && line.includes(secret));
		return [...broken.map(([what]) => what), ...(known ? ["secret of this installation"] : [])].map((what) => ({
			file: name,
			line: index + 1,
			what,
		}));
	});
	const frames = name.startsWith("traces/") ? unmaskedEntries(text, options.dialectOf) : [];
	return [...found, ...frames.map((line) => ({ file: name, line, what: "frame that is not masked" }))];
}
