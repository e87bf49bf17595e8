import { type Bytes, latin1 } from "../wire/bytes.ts";

/** Bytes that no log, JSON or debugger shows, and that can be wiped. */
export class Sensitive {
	readonly #bytes: Bytes;
	readonly #shown: string;

	/** `shown` is what everybody may see instead. */
	constructor(bytes: Bytes, shown: string) {
		this.#bytes = bytes;
		this.#shown = shown;
	}

	/** Sensitive text of single-byte characters. */
	static text(text: string, shown: string): Sensitive {
		return new Sensitive(latin1(text), shown);
	}

	/** The bytes themselves, not a copy: whoever asks must have a reason. */
	reveal(): Bytes {
		return this.#bytes;
	}

	/** Overwrites the bytes with zeros. */
	wipe(): void {
		this.#bytes.fill(0);
	}

	toString(): string {
		return this.#shown;
	}

	toJSON(): string {
		return this.#shown;
	}

	[Symbol.for("nodejs.util.inspect.custom")](): string {
		return this.#shown;
	}
}
