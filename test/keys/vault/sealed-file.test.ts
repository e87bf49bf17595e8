import { chmodSync, readFileSync, statSync, writeFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { createVault, readVault } from "../../../src/keys/vault/vault.ts";
import { latin1 } from "../../../src/wire/bytes.ts";
import { toHex } from "../../../src/wire/hex.ts";
import { scratchFolder } from "../support/scratch.ts";
import { passphrases, putKey, testVault, unlockedBy } from "../support/test-vault.ts";
import { faultOf, keepsTheKeyStoreContract } from "./key-store-contract.ts";

const key = "0123456789ABCDEFFEDCBA9876543210";

function newPath(): string {
	return join(scratchFolder(), "vault.json");
}

describe("the sealed file", () => {
	keepsTheKeyStoreContract({
		lends: true,
		create() {
			const path = newPath();
			testVault(path);
			return { open: () => unlockedBy(readVault(path), "Alice", "Bob") };
		},
	});
});

describe("two people", () => {
	it("knows who may open it, and for what", () => {
		const vault = testVault(newPath(), "production");
		expect(vault.purpose).toBe("production");
		expect(vault.holders).toEqual([
			{ name: "Alice", side: "A" },
			{ name: "Bob", side: "B" },
			{ name: "Carol", side: "A" },
		]);
	});

	it("opens for any two people of different sides", () => {
		const path = newPath();
		putKey(unlockedBy(testVault(path), "Alice", "Bob"), { name: "k", role: "TMK", algorithm: "TDES2" }, key);
		expect(unlockedBy(readVault(path), "Bob", "Carol").hold("k").lend(toHex)).toBe(key);
	});

	it("stays shut for one person, for one person twice, and for two of one side", () => {
		const vault = testVault(newPath());
		expect(() => unlockedBy(vault, "Alice")).toThrow(faultOf("custodian_twice"));
		expect(() => unlockedBy(vault, "Alice", "Alice")).toThrow(faultOf("custodian_twice"));
		expect(() => unlockedBy(vault, "Alice", "Carol")).toThrow(faultOf("custodian_twice"));
	});

	it("tells a wrong passphrase from an unknown name, and wipes what was typed", () => {
		const vault = testVault(newPath());
		const typed = latin1("not the passphrase");
		expect(() => vault.authenticate("Alice", typed)).toThrow(faultOf("passphrase_wrong"));
		expect(typed).toEqual(new Uint8Array(typed.length));
		expect(() => vault.authenticate("Mallory", latin1("whatever it may be"))).toThrow(faultOf("custodian_unknown"));
		expect(() => vault.authenticate("Bob", latin1(passphrases["Alice"] ?? ""))).toThrow(faultOf("passphrase_wrong"));
	});

	it("wipes the halves once they have opened it", () => {
		const vault = testVault(newPath());
		const shares = ["Alice", "Bob"].map((name) => vault.authenticate(name, latin1(passphrases[name] ?? "")));
		vault.unlock(shares).close();
		expect(shares.map(({ secret }) => toHex(secret))).toEqual(["00".repeat(32), "00".repeat(32)]);
	});

	it.each([
		["one name twice", ["Alice", "Alice"], ["correct horse battery", "staple paper clip"], "custodian_twice"],
		["one passphrase twice", ["Alice", "Bob"], ["correct horse battery", "correct horse battery"], "custodian_twice"],
		["a short passphrase", ["Alice", "Bob"], ["correct horse battery", "short"], "passphrase_weak"],
	] as const)("refuses a new vault with %s", (_, [nameA, nameB], [phraseA, phraseB], code) => {
		const holders = [
			{ name: nameA, side: "A", passphrase: latin1(phraseA) },
			{ name: nameB, side: "B", passphrase: latin1(phraseB) },
		] as const;
		const scrypt = { N: 2 ** 14, r: 8, p: 1 } as const;
		expect(() =>
			createVault(newPath(), { purpose: "test", provider: { kind: "sealed-file" }, holders, scrypt }),
		).toThrow(faultOf(code));
		expect(holders.map(({ passphrase }) => passphrase.every((byte) => byte === 0))).toEqual([true, true]);
	});

	it("is not overwritten by a new one", () => {
		const path = newPath();
		testVault(path);
		expect(() => testVault(path)).toThrow(faultOf("vault_exists"));
	});
});

describe("the file", () => {
	it("has mode 0600, and is refused with any wider one", () => {
		const path = newPath();
		testVault(path);
		expect(statSync(path).mode & 0o777).toBe(0o600);
		for (const mode of [0o640, 0o604, 0o620, 0o700, 0o666]) {
			chmodSync(path, mode);
			expect(() => readVault(path)).toThrow(faultOf("vault_unsafe"));
		}
		chmodSync(path, 0o400);
		expect(readVault(path).purpose).toBe("test");
	});

	it("shows no key and no passphrase", () => {
		const path = newPath();
		putKey(unlockedBy(testVault(path), "Alice", "Bob"), { name: "k", role: "TMK", algorithm: "TDES2" }, key);
		const text = readFileSync(path, "latin1");
		const bytes = Buffer.from(key, "hex");
		for (const secret of [key, key.toLowerCase(), bytes.toString("base64"), ...Object.values(passphrases)]) {
			expect(text).not.toContain(secret);
		}
		expect(text).not.toContain('"k"');
	});

	it("does not open when any word of it was changed", () => {
		const path = newPath();
		testVault(path);
		const whole = readFileSync(path, "utf8");
		const changes: readonly (readonly [string, string])[] = [
			['"purpose": "test"', '"purpose": "production"'],
			['"N": 16384', '"N": 32768'],
			['"name": "Alice"', '"name": "Alicia"'],
			['"side": "B"', '"side": "A"'],
		];
		for (const [from, to] of changes) {
			const name = to.includes("Alicia") ? "Alicia" : "Alice";
			writeFileSync(path, whole.replace(from, to));
			expect(() => {
				const vault = readVault(path);
				vault.unlock([
					vault.authenticate(name, latin1(passphrases["Alice"] ?? "")),
					vault.authenticate("Bob", latin1(passphrases["Bob"] ?? "")),
				]);
			}).toThrow(faultOf("passphrase_wrong"));
		}
	});

	it("does not open with keys from another vault, changed keys or a cut end", () => {
		const path = newPath();
		testVault(path);
		const other = newPath();
		testVault(other);
		const sealedOf = (text: string): string => /"sealed": "([^"]*)"/.exec(text)?.[1] ?? "";
		const whole = readFileSync(path, "utf8");
		const foreign = sealedOf(readFileSync(other, "utf8"));
		writeFileSync(path, whole.replace(sealedOf(whole), foreign));
		expect(() => unlockedBy(readVault(path), "Alice", "Bob")).toThrow(faultOf("vault_damaged"));
		writeFileSync(path, whole.slice(0, -20));
		expect(() => readVault(path)).toThrow(faultOf("vault_damaged"));
		writeFileSync(path, whole.replace('"version": 1', '"version": 2'));
		expect(() => readVault(path)).toThrow(faultOf("vault_newer"));
	});

	it("is said to be missing when it is", () => {
		expect(() => readVault(newPath())).toThrow(faultOf("vault_missing"));
	});
});
