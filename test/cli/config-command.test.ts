import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { good, wrongConfigs } from "../config/wrong-configs.ts";
import { runInside } from "../support/run-inside.ts";

let directory: string;
let file: string;

beforeAll(() => {
	directory = mkdtempSync(join(tmpdir(), "tillbridge-check-"));
	file = join(directory, "tillbridge.yaml");
});

afterAll(() => rmSync(directory, { recursive: true }));

describe("config check", () => {
	test.each(wrongConfigs.map(([what, text, line, key]) => ({ what, text, line, key })))(
		"shows place, key and cure of $what",
		async ({ text, line, key }) => {
			writeFileSync(file, text);
			const { exitCode, stdout } = await runInside(["config", "check", file]);
			expect(exitCode).toBe(exitCodes.configuration);
			const lines = stdout.split("\n");
			const shown = lines.findIndex((one) => one.startsWith(`${file}:${line}:`) && one.includes(`  ${key}`));
			expect(lines[shown]).toMatch(/:\d+:\d+ {2}\S.*\S$/);
			expect(lines[shown + 1]).toMatch(/^ {2}[^\s:].{9}/);
		},
	);

	test("gives the same as JSON", async () => {
		writeFileSync(file, `${good}colour: red`);
		const { exitCode, stdout } = await runInside(["--json", "config", "check", file]);
		expect(exitCode).toBe(exitCodes.configuration);
		expect(JSON.parse(stdout)).toMatchObject({
			valid: false,
			problems: [{ line: 18, column: 1, key: "colour", message: expect.any(String), cure: expect.any(String) }],
		});
	});

	test("sums up a good file", async () => {
		writeFileSync(file, good);
		const { exitCode, stdout } = await runInside(["--config", file, "config", "check"]);
		expect(exitCode).toBe(exitCodes.done);
		expect(stdout).toContain("is valid");
		expect(stdout).toContain("pad: kmy350x on /dev/ttyUSB0 9600 8N1");
		expect(JSON.parse((await runInside(["--json", "config", "check", file])).stdout)).toEqual({ valid: true });
	});

	test("says why a file cannot be read", async () => {
		const { exitCode, stderr } = await runInside(["config", "check", join(directory, "nowhere.yaml")]);
		expect(exitCode).toBe(exitCodes.configuration);
		expect(stderr).toContain("ENOENT");
		expect(stderr).toContain("config_unreadable");
	});
});

test("config schema is a JSON Schema that editors take", async () => {
	const { exitCode, stdout } = await runInside(["config", "schema"]);
	expect(exitCode).toBe(exitCodes.done);
	expect(JSON.parse(stdout)).toMatchObject({ $schema: expect.stringContaining("json-schema.org"), type: "object" });
});
