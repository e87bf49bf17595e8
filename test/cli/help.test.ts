import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { runInside } from "../support/run-inside.ts";

const commands = [
	"start",
	"demo",
	"simulate",
	"sale",
	"sign-in",
	"transactions",
	"transactions list",
	"transactions show",
	"reversals",
	"reversals list",
	"reversals retry",
	"reversals release",
	"devices",
	"devices list",
	"devices test",
	"config",
	"config check",
	"config schema",
	"tokens",
	"tokens create",
	"tokens list",
	"tokens revoke",
] as const;

describe("help", () => {
	test.each(commands)("%s says what it does and how it is called", async (command) => {
		const { exitCode, stdout, stderr } = await runInside([...command.split(" "), "--help"]);
		expect(exitCode).toBe(exitCodes.done);
		expect(stdout).toContain(`Usage: tillbridge ${command}`);
		expect(stdout.split("\n").length).toBeGreaterThan(4);
		expect(stderr).toBe("");
	});

	test("of the whole names every command of this list, and the exit codes", async () => {
		const { stdout } = await runInside(["--help"]);
		for (const command of commands.filter((name) => !name.includes(" "))) {
			expect(stdout).toMatch(new RegExp(`^ {2}${command}\\b`, "m"));
		}
		for (const code of Object.values(exitCodes)) {
			expect(stdout).toMatch(new RegExp(`\\b${code} \\w`));
		}
	});

	test("names no command that this list does not", async () => {
		const { stdout } = await runInside(["--help"]);
		const named = stdout.slice(stdout.indexOf("Commands:")).matchAll(/^ {2}([a-z][\w-]*)/gm);
		const known: readonly string[] = [...commands, "help"];
		expect([...named].map(([, name = ""]) => name).filter((name) => !known.includes(name))).toEqual([]);
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
