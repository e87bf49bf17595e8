import { spawn } from "node:child_process";
import { text } from "node:stream/consumers";
import { fileURLToPath } from "node:url";

const main = fileURLToPath(new URL("../../src/main.ts", import.meta.url));

/** What a command left behind. */
export interface CommandEnd {
	/** Null when a signal ended it. */
	readonly exitCode: number | null;
	readonly stdout: string;
	readonly stderr: string;
}

interface RunOptions {
	/** What the command reads; nothing when left out. */
	readonly input?: string;
	/** Shell commands before it, in the same process: limits, for example. */
	readonly before?: string;
	/** Options of Node itself. */
	readonly node?: readonly string[];
}

/** Runs `tillbridge …` in a process of its own to its end. */
export async function runCommand(words: readonly string[], options: RunOptions = {}): Promise<CommandEnd> {
	const { input = "", before = "", node = [] } = options;
	const command = [process.execPath, ...node, main, ...words];
	const child = spawn("/bin/sh", ["-c", `${before}\nexec "$@"`, "sh", ...command]);
	child.stdin.end(input);
	const [stdout, stderr, exitCode] = await Promise.all([
		text(child.stdout),
		text(child.stderr),
		new Promise<number | null>((resolve) => {
			child.on("close", resolve);
		}),
	]);
	return { exitCode, stdout, stderr };
}
