import type { Bytes } from "../../wire/bytes.ts";

/** What came of a typed byte. */
export type Keystroke = "typed" | "erased" | "cleared" | "line" | "interrupted" | "ignored";

const longest = 256;

/** A line as it is typed, in memory that can be wiped: no string is made of it. */
export class LineEditor {
	readonly #bytes = new Uint8Array(longest);
	#length = 0;

	/** Takes the next byte in: characters, backspace, Ctrl-U, Ctrl-C, and either end of line. */
	feed(byte: number): Keystroke {
		switch (byte) {
			case 0x0d:
			case 0x0a:
				return "line";
			case 0x03:
			case 0x04:
				return "interrupted";
			case 0x08:
			case 0x7f:
				return this.#erase();
			case 0x15:
				this.wipe();
				return "cleared";
			default:
				return this.#append(byte);
		}
	}

	/** The finished line; the editor is empty afterwards. */
	take(): Bytes {
		const line = this.#bytes.slice(0, this.#length);
		this.wipe();
		return line;
	}

	wipe(): void {
		this.#bytes.fill(0);
		this.#length = 0;
	}

	/** The whole character goes: in UTF-8 its continuation bytes as well. */
	#erase(): Keystroke {
		if (this.#length === 0) {
			return "ignored";
		}
		let erased = 0x80;
		while (this.#length > 0 && (erased & 0xc0) === 0x80) {
			this.#length -= 1;
			erased = this.#bytes[this.#length] ?? 0;
			this.#bytes[this.#length] = 0;
		}
		return "erased";
	}

	#append(byte: number): Keystroke {
		if (byte < 0x20 || this.#length === longest) {
			return "ignored";
		}
		this.#bytes[this.#length] = byte;
		this.#length += 1;
		return "typed";
	}
}
