import type { Message } from "../iso8583/message.ts";

/** Overwrites the fields that a message has of the card: number, expiry and tracks, where they are kept as bytes. */
export function wipeCardFields({ fields }: Message): void {
	for (const field of [2, 14, 35, 36]) {
		const value = fields[field];
		if (value !== undefined && typeof value !== "string") {
			value.fill(0);
		}
	}
}
