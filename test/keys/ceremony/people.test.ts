import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createVaultAtTerminal, openWithTwoPeople } from "../../../src/keys/ceremony/people.ts";
import { KeyRecord } from "../../../src/keys/record/key-record.ts";
import { readVault } from "../../../src/keys/vault/vault.ts";
import { scratchFolder } from "../support/scratch.ts";
import { scriptedTerminal, signIn } from "../support/scripted-terminal.ts";
import { testClock } from "../support/test-clock.ts";
import { passphrases, testVault } from "../support/test-vault.ts";
import { faultOf } from "../vault/key-store-contract.ts";

const alice = passphrases["Alice"] ?? "";
const bob = passphrases["Bob"] ?? "";

describe("a new vault", () => {
	const create = async (...lines: readonly string[]): Promise<KeyRecord> => {
		const folder = scratchFolder();
		const record = new KeyRecord(join(folder, "record.jsonl"), testClock());
		const path = join(folder, "vault.json");
		const terminal = scriptedTerminal(lines);
		const scrypt = { N: 2 ** 14, r: 8, p: 1 } as const;
		await createVaultAtTerminal(
			{ path, purpose: "production", provider: { kind: "sealed-file" }, sides: ["A", "B"], scrypt },
			{ terminal, record },
		);
		readVault(path).authenticate("Bob", new TextEncoder().encode(bob));
		return record;
	};

	it("is made by two people, and recorded", async () => {
		const record = await create("Alice", alice, alice, "Bob", bob, bob);
		expect(record.entries).toMatchObject([
			{
				by: ["Alice", "Bob"],
				event: {
					type: "vault_created",
					purpose: "production",
					holders: [
						{ name: "Alice", side: "A" },
						{ name: "Bob", side: "B" },
					],
				},
			},
		]);
	});

	it.each([
		["a slip in a passphrase", ["Alice", alice, `${alice}x`], "passphrase_wrong"],
		["a name that is none", ["=Alice", alice, alice], "custodian_unknown"],
		["one person twice", ["Alice", alice, alice, "Alice", bob, bob], "custodian_twice"],
	] as const)("is refused for %s", async (_, lines, code) => {
		await expect(create(...lines)).rejects.toThrow(faultOf(code));
	});
});

describe("two operators", () => {
	it("open the vault together", async () => {
		const vault = testVault(join(scratchFolder(), "vault.json"));
		const { store, people } = await openWithTwoPeople(vault, scriptedTerminal([...signIn("Bob"), ...signIn("Alice")]));
		expect(people).toEqual(["Bob", "Alice"]);
		expect(store.list()).toEqual([]);
	});

	it.each([
		["the same person twice", [...signIn("Bob"), ...signIn("Bob")], "custodian_twice"],
		["two people of one side", [...signIn("Carol"), ...signIn("Alice")], "custodian_twice"],
		["a wrong passphrase", ["Bob", "not the passphrase"], "passphrase_wrong"],
		["somebody unknown", ["Mallory", "whatever it may be"], "custodian_unknown"],
	] as const)("do not, when they are %s", async (_, lines, code) => {
		const vault = testVault(join(scratchFolder(), "vault.json"));
		await expect(openWithTwoPeople(vault, scriptedTerminal(lines))).rejects.toThrow(faultOf(code));
	});

	it("type when it is about production keys", async () => {
		const vault = testVault(join(scratchFolder(), "vault.json"), "production");
		const piped = scriptedTerminal([...signIn("Bob"), ...signIn("Alice")], "pipe");
		await expect(openWithTwoPeople(vault, piped)).rejects.toThrow(faultOf("piped_input_refused"));
	});
});
