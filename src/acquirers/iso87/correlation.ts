import { fieldText, type Message } from "../../iso8583/message.ts";
import { responseMti } from "../../iso8583/mti.ts";

/**
 * The key that joins an answer to its request: message type of the answer without its last digit, which tells repeats
 * (some hosts answer 0421 with 0430, some with 0431), and the fields that the host returns.
 * A request of the host's, or our own sent back by an echo, yields a key that nobody waits for.
 */
export function correlationKey(message: Message, fields: readonly number[]): string {
	return [message.mti.slice(0, 3), ...fields.map((field) => fieldText(message, field) ?? "")].join(" ");
}

/** The key under which the answer to `request` will come. */
export function expectedKey(request: Message, fields: readonly number[]): string {
	return correlationKey({ ...request, mti: responseMti(request.mti) }, fields);
}
