import { fieldText, type Message } from "../../iso8583/message.ts";
import { isResponse, responseMti } from "../../iso8583/mti.ts";

/**
 * The key that joins an answer to its request: message type of the answer, terminal, merchant, trace number.
 * A request of the host's, or our own sent back by an echo, yields a key that nobody waits for.
 */
export function correlationKey(message: Message): string {
	return [fieldText(message, 41), fieldText(message, 42), fieldText(message, 11) ?? "", message.mti].join(" ");
}

/** The key under which the answer to `request` will come. */
export function expectedKey(request: Message): string {
	return correlationKey({ ...request, mti: isResponse(request.mti) ? request.mti : responseMti(request.mti) });
}
