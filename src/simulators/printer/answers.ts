import type { Clock } from "../../kernel/clock.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { fromHex } from "../../wire/hex.ts";
import type { Switches } from "./options.ts";

/** What the printer says on its way to the line, with what can go wrong on it. */
export class Answers {
	readonly #clock: Clock;
	readonly #write: (bytes: Bytes) => void;
	#mute: boolean;
	#split: boolean;
	#noise: string;
	/** Bytes that leave one by one. */
	#trickle: number[] = [];

	constructor({ mute, split, noise }: Switches, clock: Clock, write: (bytes: Bytes) => void) {
		this.#clock = clock;
		this.#write = write;
		this.#mute = mute ?? false;
		this.#split = split ?? false;
		this.#noise = noise ?? "";
	}

	set({ mute, split, noise }: Switches): void {
		this.#mute = mute ?? this.#mute;
		this.#split = split ?? this.#split;
		this.#noise = noise ?? this.#noise;
	}

	send(bytes: Bytes): void {
		if (this.#mute) {
			return;
		}
		const sent = [...fromHex(this.#noise), ...bytes];
		this.#noise = "";
		if (!this.#split) {
			this.#write(Uint8Array.from(sent));
			return;
		}
		const idle = this.#trickle.length === 0;
		this.#trickle.push(...sent);
		if (idle) {
			this.#sendNext();
		}
	}

	/** Each byte in its own turn of the event loop, so that each arrives on its own. */
	#sendNext(): void {
		const byte = this.#trickle[0];
		if (byte === undefined) {
			return;
		}
		this.#write(Uint8Array.of(byte));
		this.#clock.after(2, () => {
			this.#trickle.shift();
			this.#sendNext();
		});
	}
}
