import { type ChildProcess, spawn } from "node:child_process";
import { createInterface } from "node:readline";
import type { Readable } from "node:stream";
import { fileURLToPath } from "node:url";
import { systemClock } from "../../kernel/clock.ts";
import { withDeadline } from "../../kernel/deadline.ts";

const main = fileURLToPath(
	new URL(import.meta.url.endsWith(".ts") ? "../../main.ts" : "../../main.js", import.meta.url),
);
const startMs = 30_000;
const endMs = 10_000;

/** Nobody outlives this process, however it ends. */
const living = new Set<ChildProcess>();
process.once("exit", () => {
	for (const child of living) {
		child.kill("SIGKILL");
	}
});

/** One of our own commands as a process of its own. */
export interface OwnProcess {
	readonly stdout: Readable;
	readonly stderr: Readable;
	/** Its exit code, or the signal that ended it. */
	readonly ended: Promise<number | NodeJS.Signals>;
	/** Asks it to stop, and waits until it has. */
	readonly stop: () => Promise<void>;
	/** Takes its life at once, as a power cut would, and waits until it is gone. */
	readonly kill: () => Promise<void>;
}

/** Variables beside those of this process. */
export type Environment = Readonly<Record<string, string>>;

/** Starts `tillbridge …` in a process; `stdout` and `stderr` are pipes. */
export function startOwnProcess(words: readonly string[], environment: Environment): OwnProcess {
	const child = spawn(process.execPath, [main, ...words], {
		stdio: ["ignore", "pipe", "pipe"],
		env: { ...process.env, ...environment },
	});
	const exit = Promise.withResolvers<number | NodeJS.Signals>();
	living.add(child);
	child.once("exit", (code, signal) => {
		living.delete(child);
		exit.resolve(signal ?? code ?? 0);
	});
	const end = async (signal: NodeJS.Signals): Promise<void> => {
		child.kill(signal);
		await withDeadline(systemClock, { name: `end of ${words[0] ?? "process"}`, ms: endMs }, () => exit.promise);
	};
	return {
		stdout: child.stdout,
		stderr: child.stderr,
		ended: exit.promise,
		stop: () => end("SIGTERM"),
		kill: () => end("SIGKILL"),
	};
}

/** The first line that `pick` can make something of. Later lines go on to be read, and are passed over. */
export async function firstLine<T>(name: string, stream: Readable, pick: (line: string) => T | undefined): Promise<T> {
	const found = Promise.withResolvers<T>();
	const lines = createInterface({ input: stream });
	const said: string[] = [];
	lines.on("line", (line) => {
		said.push(line);
		const picked = pick(line);
		if (picked !== undefined) {
			found.resolve(picked);
		}
	});
	lines.on("close", () => found.reject(new Error(`${name} ended: ${said.slice(-5).join("\n")}`)));
	return withDeadline(systemClock, { name, ms: startMs }, () => found.promise);
}
