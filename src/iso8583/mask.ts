import { looksLikePan } from "../kernel/redact-text.ts";
import { fromLatin1, latin1 } from "../wire/bytes.ts";
import type { FieldValue, Message } from "./message.ts";
import type { MessageSpec } from "./message-spec.ts";

const zero = 0x30;
const panEnds = { first: 6, last: 4 } as const;

/**
 * The message with every sensitive value replaced by as many harmless digits or zero bytes, by the marks of its table:
 * it encodes to as many bytes, and decodes. A PAN keeps first six and last four digits (PCI DSS 3.4.1). A field that the
 * table does not mark as harmless is hidden.
 */
export function maskMessage(spec: MessageSpec, { mti, fields }: Message): Message {
	const masked = Object.entries(fields).map(([number, value]) => [number, maskField(spec, number, value)] as const);
	return { mti, fields: Object.fromEntries(masked) };
}

function maskField(spec: MessageSpec, number: string, value: FieldValue): FieldValue {
	const field = spec.fields[number];
	switch (field?.sensitive ?? "all") {
		case "no":
			return value;
		case "pan":
			return maskPan(typeof value === "string" ? latin1(value) : value);
		case "all": {
			const harmless = field?.content === "b" ? 0 : zero;
			return (typeof value === "string" ? latin1(value) : value).map(() => harmless);
		}
	}
}

/** What is left passes no check of account numbers, so that nobody who scans a trace takes it for one. */
function maskPan(digits: Uint8Array<ArrayBuffer>): Uint8Array<ArrayBuffer> {
	const isShort = digits.length < 13;
	const masked = digits.map((digit, index) =>
		isShort || (index >= panEnds.first && index < digits.length - panEnds.last) ? zero : digit,
	);
	if (looksLikePan(fromLatin1(masked))) {
		masked[panEnds.first] = zero + 1;
	}
	return masked;
}
