import { mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { exitCodes } from "../../src/cli/exit-codes.ts";
import { type CommandEnd } from "../support/run-command.ts";
import { runInside } from "../support/run-inside.ts";

let directory: string;
let config: string;

beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "tillbridge-tokens-"));
	config = join(directory, "tillbridge.yaml");
	writeFileSync(config, "dataDirectory: ./data");
});

afterEach(() => rmSync(directory, { recursive: true }));

const tokens = (...words: readonly string[]): Promise<CommandEnd> =>
	runInside(["--config", config, "tokens", ...words]);
const tokensJson = (...words: readonly string[]): Promise<CommandEnd> =>
	runInside(["--config", config, "--json", "tokens", ...words]);

test("a token is shown once, kept as a digest, listed, and revoked", async () => {
	const created = await tokens("create", "till 1", "--scope", "sell", "read");
	expect(created.exitCode).toBe(exitCodes.done);
	expect(created.stdout).toMatch(/^tbk_[\w-]{43}\n$/);
	expect(created.stderr).toContain("till 1: sell, read");
	const path = join(directory, "data", "tokens.json");
	expect(statSync(path).mode & 0o777).toBe(0o600);
	expect(readFileSync(path, "utf8")).not.toContain(created.stdout.trim());
	const list = await tokens("list");
	expect(list.stdout).toMatch(/^id +name +scopes +created\ntok_\w+ +till 1 +sell,read +\d{4}-/);
	const id = /tok_\w+/.exec(list.stdout)?.[0] ?? "";
	const revoked = await tokens("revoke", id);
	expect(revoked).toMatchObject({ exitCode: exitCodes.done, stdout: `Revoked ${id} (till 1).\n` });
	expect((await tokens()).stdout).toBe("There are no tokens.\n");
});

test("as JSON every command gives one document", async () => {
	const created = JSON.parse((await tokensJson("create", "office", "--scope", "admin")).stdout);
	expect(created).toMatchObject({ name: "office", scopes: ["admin"], secret: expect.stringMatching(/^tbk_/) });
	const { secret: _, ...shown } = created;
	expect(JSON.parse((await tokensJson("list")).stdout)).toEqual({ tokens: [shown] });
	expect(JSON.parse((await tokensJson("revoke", created.id)).stdout)).toEqual(shown);
});

test("a token that is not there cannot be revoked", async () => {
	const end = await tokensJson("revoke", "tok_nobody");
	expect(end).toMatchObject({ exitCode: exitCodes.failed, stdout: "" });
	expect(JSON.parse(end.stderr)).toMatchObject({ code: "token_unknown" });
});
