import { expect, test } from "vitest";
import { runCommand } from "../support/run-command.ts";

/** Preloaded: makes the runtime say that it is an older one. */
function pretending(version: string): string {
	const program = `Object.defineProperty(process, "versions", { value: { ...process.versions, node: "${version}" } })`;
	return `--import=data:text/javascript,${encodeURIComponent(program)}`;
}

test.each(["20.19.5", "22.0.0", "8.17.0"])("under Node %s it says in one line what it needs", async (version) => {
	const end = await runCommand(["--version"], { node: [pretending(version)] });
	expect(end).toEqual({
		exitCode: 1,
		stdout: "",
		stderr: `Tillbridge needs Node.js 24 or newer, and this is ${version}.\n`,
	});
});

test.each(["24.0.0", "26.1.0"])("under Node %s it runs", async (version) => {
	const end = await runCommand(["--version"], { node: [pretending(version)] });
	expect(end).toMatchObject({ exitCode: 0, stderr: "" });
});
