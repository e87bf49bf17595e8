import { fieldText, type Message } from "../iso8583/message.ts";
import { Fault } from "../kernel/fault.ts";

/** What all hosts say in the same way in their answers. */

/** Text without the spaces that fill its field; undefined when nothing is left. */
export function presentText(text: string | undefined): string | undefined {
	const trimmed = text?.trim();
	return trimmed === "" ? undefined : trimmed;
}

/** Field 54: account type 2, amount type 2, currency 3, C or D, amount 12; the first available balance (02) of it. */
export function availableBalance(answer: Message): number | undefined {
	const entries = fieldText(answer, 54)?.match(/.{20}/g) ?? [];
	const [, sign, amount] = entries.map((entry) => /^..02...([CD])(\d{12})$/.exec(entry)).find((found) => found) ?? [];
	return amount === undefined ? undefined : Number(amount) * (sign === "D" ? -1 : 1);
}

/** What was approved of the amount asked for; never more. */
export function partialAmount(request: Message, answer: Message): number {
	const amount = Number(fieldText(answer, 4));
	if (!(amount <= Number(fieldText(request, 4)))) {
		throw wrongAnswer(4, "a partial approval names no amount, or more than was asked");
	}
	return amount;
}

/** An answer that does not fit its request; field 0 is the message itself. */
export function wrongAnswer(field: number, detail = `field ${field} of the answer differs from the request`): Fault {
	return new Fault("host_answer_wrong", { detail, context: { field } });
}
