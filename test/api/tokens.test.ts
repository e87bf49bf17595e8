import { chmodSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeEach, expect, test } from "vitest";
import { openTokens, type Tokens } from "../../src/api/tokens.ts";
import { ManualClock } from "../support/manual-clock.ts";

const clock = new ManualClock();

let directory: string;
let file: string;
let tokens: Tokens;

beforeEach(() => {
	directory = mkdtempSync(join(tmpdir(), "tokens-"));
	file = join(directory, "data", "tokens.json");
	tokens = openTokens(file, clock);
});

afterEach(() => rmSync(directory, { recursive: true }));

test("no file is no token", () => {
	expect(tokens.list()).toEqual([]);
	expect(tokens.verify(`tbk_${"A".repeat(43)}`)).toBeUndefined();
});

test("a token is known by its secret, which is on no disk", () => {
	const { token, secret } = tokens.create("till 1", ["sell"]);
	expect(token).toEqual({
		id: expect.stringMatching(/^tok_/),
		name: "till 1",
		scopes: ["sell"],
		createdAt: clock.now(),
	});
	expect(secret).toMatch(/^tbk_[\w-]{43}$/);
	expect(tokens.verify(secret)).toEqual(token);
	expect(tokens.list()).toEqual([token]);
	expect(readFileSync(file, "utf8")).not.toContain(secret.slice(4));
	expect(statSync(file).mode & 0o777).toBe(0o600);
	expect(statSync(join(directory, "data")).mode & 0o777).toBe(0o700);
});

test.each(["", "tbk_", "Bearer x", `tbk_${"A".repeat(43)}`, `tbk_${"é".repeat(43)}`, "tbk_\u0000"])(
	"%j is no token",
	(secret) => {
		tokens.create("till 1", ["sell"]);
		expect(tokens.verify(secret)).toBeUndefined();
	},
);

test("what another process creates or revokes counts at once", () => {
	const command = openTokens(file, clock);
	const first = command.create("till 1", ["sell"]);
	const second = command.create("till 2", ["read", "operate"]);
	expect(tokens.verify(first.secret)?.name).toBe("till 1");
	expect(command.revoke(first.token.id)).toEqual(first.token);
	expect(tokens.verify(first.secret)).toBeUndefined();
	expect(tokens.verify(second.secret)?.scopes).toEqual(["read", "operate"]);
});

test("an unknown id cannot be revoked", () => {
	expect(() => tokens.revoke("tok_1")).toThrow(expect.objectContaining({ code: "token_unknown" }));
});

test("a file that others may read is refused, also when its mode changes later", () => {
	const { secret } = tokens.create("till 1", ["sell"]);
	tokens.verify(secret);
	chmodSync(file, 0o640);
	expect(() => tokens.verify(secret)).toThrow(expect.objectContaining({ code: "tokens_unusable" }));
	chmodSync(file, 0o600);
	expect(tokens.verify(secret)?.name).toBe("till 1");
});

test.each(["", "{", "[]", '{"version":2,"tokens":[]}', '{"version":1,"tokens":[{"id":"tok_1"}]}'])(
	"a file with %j inside is refused and kept",
	(text) => {
		tokens.create("till 1", ["sell"]);
		writeFileSync(file, text);
		expect(() => tokens.list()).toThrow(expect.objectContaining({ code: "tokens_unusable" }));
		expect(() => tokens.create("till 2", ["sell"])).toThrow(expect.objectContaining({ code: "tokens_unusable" }));
		expect(readFileSync(file, "utf8")).toBe(text);
	},
);

test("two commands do not write at the same time", () => {
	tokens.create("till 1", ["sell"]);
	writeFileSync(`${file}.new`, "");
	expect(() => tokens.create("till 2", ["sell"])).toThrow(expect.objectContaining({ code: "tokens_unusable" }));
	rmSync(`${file}.new`);
	tokens.create("till 2", ["sell"]);
	expect(tokens.list().map(({ name }) => name)).toEqual(["till 1", "till 2"]);
});
