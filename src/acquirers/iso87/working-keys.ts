import { fieldText, type Message } from "../../iso8583/message.ts";
import { type Bytes, latin1 } from "../../wire/bytes.ts";
import { fromHex } from "../../wire/hex.ts";
import { wrongAnswer } from "../answer-fields.ts";
import type { WorkingKeyCryptogram } from "../profile.ts";
import type { KeysField } from "./settings.ts";

/**
 * The working keys that a sign-in answer brings; none when it lacks their field.
 * @throws Fault `host_answer_wrong` when the field is too short for them, or no hex
 */
export function workingKeysOf(answer: Message, { field, written, parts }: KeysField): readonly WorkingKeyCryptogram[] {
	const text = fieldText(answer, field);
	if (text === undefined) {
		return [];
	}
	const bytes = written === "hex" ? hexBytes(text.trim()) : latin1(text);
	return parts.map(({ role, at, length, kcvAt, kcvLength }) => {
		if (bytes === undefined || bytes.length < Math.max(at + length, kcvAt + kcvLength)) {
			throw wrongAnswer(field, `field ${field} does not hold the keys of a sign-in`);
		}
		return { role, cryptogram: bytes.slice(at, at + length), kcv: bytes.slice(kcvAt, kcvAt + kcvLength) };
	});
}

function hexBytes(text: string): Bytes | undefined {
	return /^([\dA-Fa-f]{2})*$/.test(text) ? fromHex(text) : undefined;
}
