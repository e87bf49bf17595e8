import { z } from "zod";

/** A cardholder who knows what to do: a script for one PIN entry. */
export const personSchema = z.strictObject({
	/** Empty for somebody who types none. */
	pin: z
		.string()
		.regex(/^\d{0,14}$/)
		.default("123456"),
	delayPerKeyMs: z.int().min(0).default(100),
	/** Mistypes a digit and presses clear before the PIN. */
	clearFirst: z.boolean().default(false),
	/** After the PIN. `nothing` leaves it to the time limit of the pad, `timeout` has that run out at once. */
	ending: z.enum(["enter", "cancel", "nothing", "timeout"]).default("enter"),
});

export type Person = z.infer<typeof personSchema>;

/** What happens at the keypad. */
export type Stroke =
	| { readonly kind: "digit"; readonly digit: string }
	| { readonly kind: "clear" | "cancel" | "enter" | "timedOut" };

const endings: Readonly<Record<Person["ending"], readonly Stroke[]>> = {
	enter: [{ kind: "enter" }],
	cancel: [{ kind: "cancel" }],
	nothing: [],
	timeout: [{ kind: "timedOut" }],
};

/** All that this person does, in order. */
export function strokesOf(person: Person): readonly Stroke[] {
	const mistyped: readonly Stroke[] = person.clearFirst ? [{ kind: "digit", digit: "0" }, { kind: "clear" }] : [];
	const typed = Array.from(person.pin, (digit): Stroke => ({ kind: "digit", digit }));
	return [...mistyped, ...typed, ...endings[person.ending]];
}

/** People in a row: each takes one PIN entry, the last one stays. */
export class PersonQueue {
	#waiting: readonly Person[];

	constructor(waiting: readonly Person[]) {
		this.#waiting = waiting;
	}

	get length(): number {
		return this.#waiting.length;
	}

	set(waiting: readonly Person[]): void {
		this.#waiting = waiting;
	}

	/** Undefined when there is nobody. */
	next(): Person | undefined {
		const [first, ...rest] = this.#waiting;
		if (rest.length > 0) {
			this.#waiting = rest;
		}
		return first;
	}
}
