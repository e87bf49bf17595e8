import { ByteLengthParser } from "@serialport/parser-byte-length";

/** Length of an automatic status (GS a). */
const blockLength = 4;

/**
 * Collects automatic status blocks out of the bytes the demux marked as such.
 * The parser has no timer and would hold a partial block for ever, shifting every later one;
 * so a block that was not finished is thrown away with its parser.
 */
export class AutomaticStatus {
	readonly #onBlock: (block: Uint8Array) => void;
	#parser: ByteLengthParser;
	#held = 0;

	constructor(onBlock: (block: Uint8Array) => void) {
		this.#onBlock = onBlock;
		this.#parser = this.#freshParser();
	}

	/** Takes the next byte of a block. */
	push(byte: number): void {
		this.#held = (this.#held + 1) % blockLength;
		this.#parser.write(Uint8Array.of(byte));
	}

	/** Forgets a partial block; says how many bytes that were. */
	breakOff(): number {
		const lost = this.#held;
		if (lost > 0) {
			this.#parser.removeAllListeners();
			this.#parser.destroy();
			this.#parser = this.#freshParser();
			this.#held = 0;
		}
		return lost;
	}

	#freshParser(): ByteLengthParser {
		const parser = new ByteLengthParser({ length: blockLength });
		parser.on("data", this.#onBlock);
		return parser;
	}
}
