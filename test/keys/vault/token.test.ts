import { execFileSync } from "node:child_process";
import { existsSync, mkdirSync, readFileSync, writeFileSync } from "node:fs";
import { createRequire } from "node:module";
import { join } from "node:path";
import { beforeEach, describe, expect, it } from "vitest";
import { parseManifest } from "../../../src/keys/injection/manifest.ts";
import { planBatch } from "../../../src/keys/injection/plan.ts";
import { useRowKey } from "../../../src/keys/injection/row-keys.ts";
import { KeyBook } from "../../../src/keys/record/key-book.ts";
import { openToken } from "../../../src/keys/vault/token-session.ts";
import { createVault, readVault, type Vault } from "../../../src/keys/vault/vault.ts";
import { latin1 } from "../../../src/wire/bytes.ts";
import { toHex } from "../../../src/wire/hex.ts";
import { blockOf, kcvOf } from "../support/key-fixtures.ts";
import { scratchFolder } from "../support/scratch.ts";
import { putKey, testVault, unlockedBy } from "../support/test-vault.ts";
import { faultOf, keepsTheKeyStoreContract } from "./key-store-contract.ts";

const module = "/usr/lib/softhsm/libsofthsm2.so";
const missing = whatIsMissing();
const kbpk = "D6A4F8193B5C7E024F8D1AB6E3975C20";
const tpk = "5E2A91C8D046B37F1C8EB9347A62D5F0";
const key = "0123456789ABCDEFFEDCBA9876543210";

function whatIsMissing(): string | undefined {
	try {
		createRequire(import.meta.url)("pkcs11js");
	} catch {
		return "the package pkcs11js";
	}
	return existsSync(module) ? undefined : "SoftHSM2 (apt-get install softhsm2)";
}

/** An initialised SoftHSM2 token of its own, in a folder of its own. */
function newToken(): void {
	const folder = scratchFolder();
	mkdirSync(join(folder, "tokens"));
	const config = join(folder, "softhsm2.conf");
	writeFileSync(config, `directories.tokendir = ${join(folder, "tokens")}\nobjectstore.backend = file\n`);
	process.env["SOFTHSM2_CONF"] = config;
	const options = ["--init-token", "--free", "--label", "tillbridge", "--so-pin", "12345678", "--pin", "1234"];
	execFileSync("softhsm2-util", options, { stdio: "ignore" });
}

function tokenVault(path: string): Vault {
	return testVault(path, "test", { kind: "pkcs11", module, tokenLabel: "tillbridge", pin: "1234" });
}

describe.runIf(missing === undefined)(`SoftHSM2${missing === undefined ? "" : ` (skipped: no ${missing})`}`, () => {
	let path = "";

	beforeEach(() => {
		newToken();
		path = join(scratchFolder(), "vault.json");
	});

	keepsTheKeyStoreContract({
		lends: false,
		create() {
			tokenVault(path);
			return { open: () => unlockedBy(readVault(path), "Alice", "Bob") };
		},
	});

	it("opens for two people, and for its old PIN no more", () => {
		const vault = tokenVault(path);
		unlockedBy(vault, "Carol", "Bob").close();
		expect(() => unlockedBy(vault, "Alice", "Carol")).toThrow(faultOf("custodian_twice"));
		expect(() => openToken({ module, tokenLabel: "tillbridge" }, "1234")).toThrow(
			expect.objectContaining({ code: "token_refused", extended: "CKR_PIN_INCORRECT" }),
		);
	});

	it("keeps its keys sensitive and not extractable", () => {
		const store = unlockedBy(tokenVault(path), "Alice", "Bob");
		putKey(store, { name: "tmk", role: "TMK", algorithm: "TDES2" }, key);
		expect(() => store.hold("tmk").lend(toHex)).toThrow(faultOf("key_not_lendable"));
		store.close();
		expect(readFileSync(path, "latin1").toUpperCase()).not.toContain(key);
	});

	it("opens key blocks and carries what is in them, and gives nothing else to a pad", () => {
		const store = unlockedBy(tokenVault(path), "Alice", "Bob");
		putKey(store, { name: "kbpk", role: "KBPK", algorithm: "TDES2" }, kbpk);
		putKey(store, { name: "aes-kbpk", role: "KBPK", algorithm: "AES128" }, kbpk);
		putKey(store, { name: "tmk", role: "TMK", algorithm: "TDES2" }, key);
		const row = { serial: "1", slot: "0/1", role: "TPK", algorithm: "TDES2", kek: "tmk", kcv: kcvOf(tpk) };
		const rows = [
			{ ...row, under: "kbpk", block: blockOf(kbpk, "B0000P0TE00N0000", tpk) },
			{ ...row, serial: "2", under: "aes-kbpk", block: blockOf(kbpk, "D0000P0TE00N0000", tpk) },
			{ serial: "3", slot: "0", role: "TMK", algorithm: "TDES2", from: "tmk", kcv: kcvOf(key) },
		];
		const manifest = parseManifest("yaml", JSON.stringify({ keys: rows }));
		const ends = planBatch(manifest, store, new KeyBook()).map((planned) =>
			planned.kind === "open" ? toHex(useRowKey(store, planned.row, (found) => found.slice())) : planned.fault.code,
		);
		expect(ends).toEqual(["key_not_lendable", tpk, "key_duplicate"]);
		store.close();
	});

	it("refuses data that is no whole block, as a key of this process does", () => {
		const store = unlockedBy(tokenVault(path), "Alice", "Bob");
		putKey(store, { name: "tmk", role: "TMK", algorithm: "TDES2" }, key);
		const { cipher } = store.hold("tmk");
		const invalid = expect.objectContaining({ code: "data_invalid" });
		expect(() => cipher.encipherEcb(new Uint8Array(7))).toThrow(invalid);
		expect(() => cipher.encipherCbc(new Uint8Array(7), new Uint8Array(8))).toThrow(invalid);
		expect(cipher.encipherEcb(new Uint8Array())).toHaveLength(0);
		store.close();
	});

	it("is one of several, found by its label", () => {
		const provider = { kind: "pkcs11", module, tokenLabel: "another", pin: "1234" } as const;
		expect(() => testVault(path, "test", provider)).toThrow(faultOf("token_refused"));
		expect(existsSync(path)).toBe(false);
	});

	it("leaves no vault behind when its PIN is not the one that was said", () => {
		const provider = { kind: "pkcs11", module, tokenLabel: "tillbridge", pin: "9999" } as const;
		expect(() => testVault(path, "test", provider)).toThrow(faultOf("token_refused"));
		expect(existsSync(path)).toBe(false);
	});
});

it("says plainly when there is no such module", () => {
	const holders = [
		{ name: "Alice", side: "A", passphrase: latin1("correct horse battery") },
		{ name: "Bob", side: "B", passphrase: latin1("staple paper clip glue") },
	] as const;
	const provider = { kind: "pkcs11", module: "/nowhere/module.so", tokenLabel: "x", pin: "1234" } as const;
	const scrypt = { N: 2 ** 14, r: 8, p: 1 } as const;
	const create = (): Vault =>
		createVault(join(scratchFolder(), "vault.json"), { purpose: "test", provider, holders, scrypt });
	expect(create).toThrow(faultOf("pkcs11_unavailable"));
});
