import { fieldText, type Message } from "../../iso8583/message.ts";

/** Fields of a request that its original data elements name. */
export const originalDataFields = [7, 11, 32, 33] as const;

/**
 * Field 90, original data elements, n42: message type 4, trace number 6, transmission time 10,
 * acquiring and forwarding institution 11 each, from the right; what the original had not is zeros (ISO 8583:1987 DE 90).
 */
export function originalDataElements(original: Message): string {
	const part = (field: number, digits: number): string => (fieldText(original, field) ?? "").padStart(digits, "0");
	return `${original.mti}${part(11, 6)}${part(7, 10)}${part(32, 11)}${part(33, 11)}`;
}
