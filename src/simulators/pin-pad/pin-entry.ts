import type { Clock, Timer } from "../../kernel/clock.ts";
import { type Person, type Stroke, strokesOf } from "../pin-pad/person.ts";

interface EntryRules {
	readonly minLength: number;
	readonly maxLength: number;
	readonly emptyEnter: "accepted" | "ignored";
	/** Undefined for no limit. */
	readonly timeoutMs: number | undefined;
}

/** Where a PIN entry is. The digits of `entered` are empty when the person gave none. */
export type EntryState =
	| { readonly kind: "typing"; readonly digits: string }
	| { readonly kind: "entered"; readonly digits: string }
	| { readonly kind: "cancelled" | "timedOut" | "closed" };

type Typing = Extract<EntryState, { kind: "typing" }>;

/** A key that the host is told of. */
export type EchoedKey = Stroke["kind"];

/** What a stroke makes of an entry; the host is not told of a stroke that does nothing. */
function afterStroke(
	{ digits }: Typing,
	stroke: Stroke,
	rules: EntryRules,
): { readonly state: EntryState; readonly echo: boolean } {
	switch (stroke.kind) {
		case "digit":
			return digits.length < rules.maxLength
				? { state: { kind: "typing", digits: digits + stroke.digit }, echo: true }
				: { state: { kind: "typing", digits }, echo: false };
		case "clear":
			return { state: { kind: "typing", digits: "" }, echo: true };
		case "enter":
			return isComplete(digits, rules)
				? { state: { kind: "entered", digits }, echo: true }
				: { state: { kind: "typing", digits }, echo: false };
		case "cancel":
			return { state: { kind: "cancelled" }, echo: true };
		case "timedOut":
			return { state: { kind: "timedOut" }, echo: true };
	}
}

function isComplete(digits: string, rules: EntryRules): boolean {
	return digits === "" ? rules.emptyEnter === "accepted" : digits.length >= rules.minLength;
}

interface EntryParts {
	readonly clock: Clock;
	readonly rules: EntryRules;
	readonly person: Person | undefined;
}

/** One PIN entry: the person types, the pad counts, the time runs. */
export class PinEntry {
	readonly #parts: EntryParts;
	#state: EntryState = { kind: "typing", digits: "" };
	#typing: Timer | undefined;
	#limit: Timer | undefined;
	#echo: (key: EchoedKey) => void = () => undefined;

	constructor(parts: EntryParts) {
		this.#parts = parts;
	}

	get state(): EntryState {
		return this.#state;
	}

	/** The keypad opens; `echo` tells the host of each key. Does nothing when the entry was closed before. */
	start(echo: (key: EchoedKey) => void): void {
		const { clock, person, rules } = this.#parts;
		if (this.#state.kind !== "typing") {
			return;
		}
		this.#echo = echo;
		if (rules.timeoutMs !== undefined) {
			this.#limit = clock.after(rules.timeoutMs, () => this.#press({ kind: "timedOut" }));
		}
		if (person !== undefined) {
			this.#type(person.delayPerKeyMs, strokesOf(person));
		}
	}

	/** Ends the entry and forgets the PIN. */
	close(): void {
		this.#state = { kind: "closed" };
		this.#stop();
	}

	#type(delayMs: number, [stroke, ...rest]: readonly Stroke[]): void {
		if (stroke === undefined || this.#state.kind !== "typing") {
			return;
		}
		this.#typing = this.#parts.clock.after(delayMs, () => {
			this.#press(stroke);
			this.#type(delayMs, rest);
		});
	}

	#press(stroke: Stroke): void {
		if (this.#state.kind !== "typing") {
			return;
		}
		const { state, echo } = afterStroke(this.#state, stroke, this.#parts.rules);
		this.#state = state;
		if (state.kind !== "typing") {
			this.#stop();
		}
		if (echo) {
			this.#echo(stroke.kind);
		}
	}

	#stop(): void {
		this.#typing?.cancel();
		this.#limit?.cancel();
	}
}
