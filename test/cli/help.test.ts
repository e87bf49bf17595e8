import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { runInside } from "../support/run-inside.ts";

/** The commands a help text names. */
function namedIn(help: string): readonly string[] {
	const list = help.split("Commands:\n")[1]?.split("\n\n")[0] ?? "";
	return [...list.matchAll(/^ {2}([a-z][\w-]*)/gm)].map(([, name = ""]) => name).filter((name) => name !== "help");
}

async function helpOf(words: readonly string[]): Promise<string> {
	return (await runInside([...words, "--help"])).stdout;
}

/** One after the other: while a command runs, all output of this process is its own. */
async function allCommands(): Promise<readonly (readonly string[])[]> {
	const found: (readonly string[])[] = [];
	for (const subject of namedIn(await helpOf([]))) {
		found.push([subject], ...namedIn(await helpOf([subject])).map((command) => [subject, command]));
	}
	return found;
}

const commands = await allCommands();

describe("help", () => {
	test("leads to every command", () => {
		const found = commands.map((words) => words.join(" "));
		for (const command of ["start", "demo", "simulate", "sale", "sign-in", "transactions show", "reversals release"]) {
			expect(found).toContain(command);
		}
		for (const command of ["devices test", "config check", "config schema", "tokens create", "tokens revoke"]) {
			expect(found).toContain(command);
		}
	});

	test.each(commands.map((words) => ({ command: words.join(" "), words })))(
		"$command says what it does and how it is called",
		async ({ command, words }) => {
			const { exitCode, stdout, stderr } = await runInside([...words, "--help"]);
			expect(exitCode).toBe(exitCodes.done);
			expect(stdout).toMatch(new RegExp(`^Usage: tillbridge ${command} [^\n]*\n\n\\w.{10}`));
			expect(stderr).toBe("");
		},
	);

	test("names the exit codes, which scripts rely on", async () => {
		expect(exitCodes).toEqual({
			done: 0,
			failed: 1,
			usage: 2,
			declined: 3,
			unknown: 4,
			unreachable: 5,
			configuration: 78,
		});
		const help = await helpOf([]);
		for (const code of Object.values(exitCodes)) {
			expect(help).toMatch(new RegExp(`\\b${code} \\w`));
		}
	});

	test("--version is that of the package", async () => {
		const { version } = JSON.parse(readFileSync("package.json", "utf8")) as { version: string };
		expect(await runInside(["--version"])).toEqual({ exitCode: exitCodes.done, stdout: `${version}\n`, stderr: "" });
	});
});

describe("wrong use", () => {
	test.each([
		["an unknown command", ["sel"], "unknown command"],
		["an unknown option", ["devices", "--verbose"], "unknown option"],
		["a missing argument", ["sale"], "missing required argument"],
		["one argument too many", ["sale", "1", "2"], "too many arguments"],
		["a missing option", ["reversals", "release", "txn_1"], "--note"],
		["a choice that is none", ["simulate", "scanner"], "Allowed choices"],
		["a scope that is none", ["tokens", "create", "till", "--scope", "steal"], "Allowed choices"],
	])("%s is told on stderr, with its own exit code", async (_, words, said) => {
		const { exitCode, stdout, stderr } = await runInside(words);
		expect(exitCode).toBe(exitCodes.usage);
		expect(stdout).toBe("");
		expect(stderr).toContain(said);
	});

	test("options of a simulator that are wrong are named", async () => {
		const end = await runInside(["simulate", "pinpad", "--options", '{"masterSlots":0}']);
		expect(end.exitCode).toBe(exitCodes.failed);
		expect(end.stderr).toContain("masterSlots");
		expect((await runInside(["--json", "simulate", "pinpad", "--options", "{"])).stderr).toContain("request_invalid");
	});
});
