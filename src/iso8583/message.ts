import { Fault } from "../kernel/fault.ts";
import type { Bytes } from "../wire/bytes.ts";

/**
 * A field's value. Text is one character per digit, letter or byte (tracks use `D` as separator).
 * Binary fields and whatever the table marks sensitive are bytes, so that they can be wiped: digits as ASCII.
 */
export type FieldValue = string | Bytes;

/** A message as data: message type indicator and fields by their data element number. */
export interface Message {
	readonly mti: string;
	readonly fields: Readonly<Record<number, FieldValue>>;
}

/** Overwrites every value that is kept as bytes; text stays. */
export function wipeFields(fields: Message["fields"]): void {
	for (const value of Object.values(fields)) {
		if (typeof value !== "string") {
			value.fill(0);
		}
	}
}

/** What is wrong with a message, where: data element (0 is the message itself), its name, byte offset in the message. */
export function messageFault(
	problem: string,
	where: { readonly field: number; readonly name: string; readonly offset: number },
): Fault {
	return new Fault("message_invalid", {
		detail: `DE ${where.field} (${where.name}) at byte ${where.offset}: ${problem}`,
		context: { ...where },
	});
}

/** The text of a field, whether it was kept as text or as bytes; undefined when absent. */
export function fieldText(message: Message, field: number): string | undefined {
	const value = message.fields[field];
	return value === undefined || typeof value === "string"
		? value
		: Buffer.from(value.buffer, value.byteOffset, value.length).toString("latin1");
}
