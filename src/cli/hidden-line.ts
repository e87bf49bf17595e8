import { createInterface } from "node:readline";
import { Writable } from "node:stream";
import { Fault } from "../kernel/fault.ts";

/** Swallows what readline would echo. */
const silence = new Writable({ write: (_chunk, _encoding, done) => done() });

/**
 * One line that must not be seen: from the keyboard without echo, or the first line of a pipe.
 * @throws Fault `cancelled` when the input ends first
 */
export async function hiddenLine(prompt: string): Promise<string> {
	const terminal = process.stdin.isTTY;
	if (terminal) {
		process.stderr.write(prompt);
	}
	const lines = createInterface({ input: process.stdin, output: silence, terminal });
	try {
		for await (const line of lines) {
			return line;
		}
		throw new Fault("cancelled", { detail: "The input ended before a line was there" });
	} finally {
		lines.close();
		if (terminal) {
			process.stderr.write("\n");
		}
	}
}
