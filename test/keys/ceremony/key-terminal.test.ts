import { openSync } from "node:fs";
import { PassThrough } from "node:stream";
import { ReadStream, WriteStream } from "node:tty";
import { afterEach, describe, expect, it } from "vitest";
import type { KeyTerminal } from "../../../src/keys/ceremony/key-terminal.ts";
import { openKeyTerminal } from "../../../src/keys/ceremony/open-key-terminal.ts";
import { openPty } from "../../../src/simulators/pty.ts";
import { fromLatin1, latin1 } from "../../../src/wire/bytes.ts";
import { faultOf } from "../vault/key-store-contract.ts";

const cleanups: (() => void)[] = [];
afterEach(() => {
	for (const cleanup of cleanups.splice(0).toReversed()) {
		cleanup();
	}
});

/** A person in front of a real terminal: types, and sees what the screen shows. */
interface Desk {
	readonly terminal: KeyTerminal;
	readonly type: (text: string) => void;
	/** Everything shown so far, once it has this end. */
	readonly seen: (end: string) => Promise<string>;
}

function desk(): Desk {
	let screen = "";
	const news = new EventTarget();
	const pty = openPty({
		onData(bytes) {
			screen += fromLatin1(bytes);
			news.dispatchEvent(new Event("more"));
		},
	});
	const input = new ReadStream(openSync(pty.path, "r+"));
	const output = new WriteStream(openSync(pty.path, "w"));
	const terminal = openKeyTerminal({ input, output });
	cleanups.push(
		() => pty.close(),
		() => {
			terminal.close();
			input.destroy();
			output.destroy();
		},
	);
	return {
		terminal,
		type: (text) => pty.write(latin1(text)),
		async seen(end) {
			while (!screen.endsWith(end)) {
				await new Promise((resolve) => news.addEventListener("more", resolve, { once: true }));
			}
			return screen;
		},
	};
}

describe("on a real terminal", () => {
	it("shows an ordinary line as it is typed, and takes back what is erased", async () => {
		const { terminal, type, seen } = desk();
		expect(terminal.kind).toBe("terminal");
		const line = terminal.ask("Name: ");
		await seen("Name: ");
		type("Alicf\u007fe\r");
		await expect(line).resolves.toBe("Alice");
		expect(await seen("\r\n")).toBe("Name: Alicf\b \be\r\n");
	});

	it("shows nothing at all of a secret line, not even how long it is", async () => {
		const { terminal, type, seen } = desk();
		const secret = terminal.askSecret("Component: ");
		await seen("Component: ");
		type("0123456789\u007f\u007fEF\r");
		expect(fromLatin1(await secret)).toBe("01234567EF");
		expect(await seen("\r\n")).toBe("Component: \r\n");
	});

	it("ends on Ctrl-C, and forgets a line on Ctrl-U", async () => {
		const { terminal, type, seen } = desk();
		const line = terminal.askSecret("> ");
		await seen("> ");
		type("wrong\u0015right\r");
		expect(fromLatin1(await line)).toBe("right");
		const interrupted = terminal.askSecret("> ");
		type("half a sec\u0003");
		await expect(interrupted).rejects.toThrow(faultOf("cancelled"));
	});

	it("clears the screen for the next person", async () => {
		const { terminal, seen } = desk();
		terminal.say("Check value");
		terminal.clear();
		expect(await seen("\u001b[H")).toContain("\u001b[2J\u001b[3J");
	});
});

describe("from a pipe", () => {
	it("takes line after line, however they are cut, with either line end", async () => {
		const text = "Alice\r\ncorrect horse\nBob\r\n\r\nlast\n";
		for (let cut = 0; cut <= text.length; cut++) {
			const input = new PassThrough();
			const terminal = openKeyTerminal({ input, output: new PassThrough() });
			input.write(text.slice(0, cut));
			input.end(text.slice(cut));
			const lines = [];
			for (let count = 0; count < 5; count++) {
				lines.push(await terminal.ask(""));
			}
			expect(terminal.kind).toBe("pipe");
			expect(lines).toEqual(["Alice", "correct horse", "Bob", "", "last"]);
			await expect(terminal.ask("")).rejects.toThrow(faultOf("cancelled"));
			await expect(terminal.ask("")).rejects.toThrow(faultOf("cancelled"));
		}
	});
});
