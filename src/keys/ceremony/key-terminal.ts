import type { Bytes } from "../../wire/bytes.ts";

/** The terminal that people sit at, one after the other. */
export interface KeyTerminal {
	/** `pipe`: input that nobody typed, which is for tests only. */
	readonly kind: "terminal" | "pipe";
	say(line: string): void;
	/** One line, shown as it is typed. */
	ask(prompt: string): Promise<string>;
	/** One line that is not shown; whoever asked wipes it. */
	askSecret(prompt: string): Promise<Bytes>;
	/** Clears what the last person may have left on the screen. */
	clear(): void;
	close(): void;
}
