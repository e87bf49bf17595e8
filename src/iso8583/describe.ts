import { fromLatin1 } from "../wire/bytes.ts";
import { toHex } from "../wire/hex.ts";
import type { FieldValue, Message } from "./message.ts";
import type { FieldSpec, MessageSpec } from "./message-spec.ts";

export interface FieldDescription {
	readonly field: number;
	readonly name: string;
	/** Safe to show. */
	readonly shown: string;
}

const panLength = { least: 13, most: 19 } as const;

/** Every field with its name and what may be seen of it. A field the table does not mark as harmless is hidden. */
export function describeMessage(spec: MessageSpec, message: Message): readonly FieldDescription[] {
	return Object.entries(message.fields).map(([number, value]) => {
		const field = spec.fields[number];
		return { field: Number(number), name: field?.name ?? "unknown", shown: show(field, value) };
	});
}

function show(spec: FieldSpec | undefined, value: FieldValue): string {
	const visibility = spec?.sensitive ?? "all";
	switch (visibility) {
		case "no":
			return typeof value === "string" ? value : toHex(value);
		case "pan":
			return maskPan(typeof value === "string" ? value : fromLatin1(value));
		case "all":
			return `(${value.length} hidden)`;
	}
}

/** First six and last four (PCI DSS 3.4.1); anything that is not as long as a PAN shows nothing. */
function maskPan(digits: string): string {
	return digits.length < panLength.least || digits.length > panLength.most
		? `(${digits.length} hidden)`
		: `${digits.slice(0, 6)}${"*".repeat(digits.length - 10)}${digits.slice(-4)}`;
}
