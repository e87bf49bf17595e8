import { fieldText, type Message } from "../../iso8583/message.ts";
import { hhmmss, mmdd } from "./host-time.ts";

/** What the host makes of a request. */
export interface Decision {
	/** Field 39; undefined for an answer that has none. */
	readonly code: string | undefined;
	readonly fields?: Message["fields"];
}

/** Number of the acquiring institution, field 32. */
export const institution = "00010000";

const echoedFields = [3, 4, 11, 25, 41, 42, 49, 60];

/** The answer to a request, without its MAC. `reference` becomes field 37 where the decision brings none. */
export function answerTo(
	message: Message,
	{ code, fields }: Decision,
	{ now, reference }: { readonly now: number; readonly reference: string },
): Message {
	const echoed = echoedFields.flatMap((field) => {
		const value = message.fields[field];
		return value === undefined ? [] : [[field, value] as const];
	});
	return {
		mti: `${message.mti.slice(0, 2)}${Number(message.mti.charAt(2)) + 1}0`,
		fields: {
			...Object.fromEntries(echoed),
			12: hhmmss(now),
			13: mmdd(now),
			...(message.mti.startsWith("08") ? {} : { 15: mmdd(now) }),
			32: institution,
			37: reference,
			...(code === undefined ? {} : { 39: code }),
			...fields,
		},
	};
}

/** Field 60.2 of a request. */
export function batchOf(message: Message): string {
	return fieldText(message, 60)?.slice(2, 8) ?? "";
}

/** Field 60.3 of a request. */
export function networkCodeOf(message: Message): string {
	return fieldText(message, 60)?.slice(8, 11) ?? "";
}
