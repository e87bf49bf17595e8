import type { Readable, Writable } from "node:stream";
import { ReadStream } from "node:tty";
import { Fault } from "../../kernel/fault.ts";
import { type Bytes, concatBytes } from "../../wire/bytes.ts";
import type { KeyTerminal } from "./key-terminal.ts";
import { type Keystroke, LineEditor } from "./line-editor.ts";

interface Streams {
	readonly input: Readable;
	readonly output: Writable;
}

/** Clears the screen and what can be scrolled back to. */
const clearScreen = "\u001b[2J\u001b[3J\u001b[H";
const utf8 = new TextDecoder();

/**
 * Reads what is typed, byte by byte, without leaving it in strings. A terminal is put into raw mode, so that it echoes
 * nothing by itself; a pipe is read line by line.
 */
export function openKeyTerminal({ input, output }: Streams): KeyTerminal {
	const kind = input instanceof ReadStream ? "terminal" : "pipe";
	const typed = new TypedBytes(input);
	if (input instanceof ReadStream) {
		input.setRawMode(true);
	}
	const readLine = async (prompt: string, isShown: boolean): Promise<Bytes> => {
		output.write(prompt);
		const line = await typed.line((stroke, byte) => {
			if (isShown && kind === "terminal") {
				output.write(echoOf(stroke, byte));
			}
		});
		output.write("\n");
		return line;
	};
	return {
		kind,
		say: (line) => void output.write(`${line}\n`),
		ask: async (prompt) => utf8.decode(await readLine(prompt, true)).trim(),
		askSecret: (prompt) => readLine(prompt, false),
		clear() {
			if (kind === "terminal") {
				output.write(clearScreen);
			}
		},
		close() {
			if (input instanceof ReadStream) {
				input.setRawMode(false);
			}
			typed.close();
		},
	};
}

function echoOf(stroke: Keystroke, byte: number): Uint8Array {
	switch (stroke) {
		case "typed":
			return Uint8Array.of(byte);
		case "erased":
			return Uint8Array.of(0x08, 0x20, 0x08);
		case "cleared":
		case "line":
		case "interrupted":
		case "ignored":
			return new Uint8Array();
	}
}

/** Bytes in the order they were typed, also when several lines come in one piece. Pieces are wiped once they are read. */
class TypedBytes {
	readonly #input: Readable;
	readonly #editor = new LineEditor();
	#pending: Bytes = new Uint8Array();
	#afterReturn = false;

	constructor(input: Readable) {
		this.#input = input;
	}

	/** @throws Fault `cancelled` on Ctrl-C, Ctrl-D, or when the input ends first */
	async line(onStroke: (stroke: Keystroke, byte: number) => void): Promise<Bytes> {
		for (;;) {
			const stroke = this.#feedPending(onStroke);
			if (stroke === "line") {
				return this.#editor.take();
			}
			if (stroke === "interrupted") {
				this.close();
				throw new Fault("cancelled", { detail: "Interrupted at the keyboard" });
			}
			this.#pending = await this.#nextPiece();
		}
	}

	close(): void {
		this.#editor.wipe();
		this.#pending.fill(0);
		this.#input.pause();
	}

	#feedPending(onStroke: (stroke: Keystroke, byte: number) => void): "line" | "interrupted" | undefined {
		for (const [at, byte] of this.#pending.entries()) {
			this.#pending[at] = 0;
			const isSecondHalf = this.#afterReturn && byte === 0x0a;
			this.#afterReturn = byte === 0x0d;
			const stroke = isSecondHalf ? "ignored" : this.#editor.feed(byte);
			onStroke(stroke, byte);
			if (stroke === "line" || stroke === "interrupted") {
				this.#pending = this.#pending.slice(at + 1);
				return stroke;
			}
		}
		return undefined;
	}

	async #nextPiece(): Promise<Bytes> {
		const piece = Promise.withResolvers<Bytes>();
		const onData = (chunk: Buffer): void => {
			this.#input.pause();
			piece.resolve(concatBytes(chunk));
			chunk.fill(0);
		};
		const onEnd = (): void => piece.reject(new Fault("cancelled", { detail: "The input ended too early" }));
		if (this.#input.readableEnded) {
			onEnd();
		}
		this.#input.once("data", onData).once("end", onEnd).once("error", onEnd).resume();
		try {
			return await piece.promise;
		} finally {
			this.#input.off("data", onData).off("end", onEnd).off("error", onEnd);
		}
	}
}
