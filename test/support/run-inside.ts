import { vi } from "vitest";
import { runCommand } from "../../src/cli/program.ts";
import type { CommandEnd } from "./run-command.ts";

/** Runs a command that reads nothing in this very process: the same words, the same output, without the start of a process. */
export async function runInside(words: readonly string[]): Promise<CommandEnd> {
	const written = { stdout: "", stderr: "" };
	const spies = (["stdout", "stderr"] as const).map((name) =>
		vi.spyOn(process[name], "write").mockImplementation((chunk) => {
			written[name] += String(chunk);
			return true;
		}),
	);
	try {
		return { exitCode: await runCommand(words), ...written };
	} finally {
		for (const spy of spies) {
			spy.mockRestore();
		}
	}
}
