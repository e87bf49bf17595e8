import { readFileSync } from "node:fs";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import { type CeremonyOrder, runCeremony } from "../../../src/keys/ceremony/run-ceremony.ts";
import { KeyRecord } from "../../../src/keys/record/key-record.ts";
import type { KeyLabel, KeyPurpose } from "../../../src/keys/vault/key-store.ts";
import { readVault, type Vault } from "../../../src/keys/vault/vault.ts";
import { toHex } from "../../../src/wire/hex.ts";
import { scratchFolder } from "../support/scratch.ts";
import { type ScriptedTerminal, scriptedTerminal, signIn } from "../support/scripted-terminal.ts";
import { testClock } from "../support/test-clock.ts";
import { passphrases, putKey, testVault, unlockedBy } from "../support/test-vault.ts";
import { faultOf } from "../vault/key-store-contract.ts";

/** Components of the key 0123456789ABCDEFFEDCBA9876543210, KCV 08D7B4; the second one XORs to even parity. */
const first = "8F2B9D4C1A7E3560C4B1907E2D58F613";
const second = "8E08D82B93D5F88F3A6D2AE65B0CC403";
const order: CeremonyOrder = {
	key: { name: "tmk-1", role: "TMK", algorithm: "TDES2" },
	components: 2,
	expected: { method: "ecb-zeros", value: "08D7B4" },
};
const thrice = (...lines: readonly string[]): readonly string[] => [...lines, ...lines, ...lines];
const ordinary = [...signIn("Alice"), first, "yes", ...signIn("Bob"), second, "yes", "yes"];

interface Room {
	readonly vault: Vault;
	readonly record: KeyRecord;
	readonly files: readonly string[];
}

function room(purpose: KeyPurpose = "test"): Room {
	const folder = scratchFolder();
	const path = join(folder, "vault.json");
	testVault(path, purpose);
	const recordPath = join(folder, "record.jsonl");
	return {
		vault: readVault(path),
		record: new KeyRecord(recordPath, testClock()),
		files: [path, recordPath],
	};
}

function held(vault: Room, change: Partial<CeremonyOrder>, terminal: ScriptedTerminal): Promise<KeyLabel> {
	return runCeremony({ ...order, ...change }, { ...vault, terminal });
}

it("puts a key into the vault that no single person ever had", async () => {
	const at = room();
	const terminal = scriptedTerminal(ordinary);
	const label = await held(at, {}, terminal);
	expect(label).toEqual({ ...order.key, kcv: { method: "ecb-zeros", value: "08D7B4" } });
	const store = unlockedBy(readVault(at.files[0] ?? ""), "Bob", "Carol");
	expect(store.hold("tmk-1").lend(toHex)).toBe("0123456789ABCDEFFEDCBA9876543210");
	expect(at.record.entries).toMatchObject([
		{ by: ["Alice", "Bob"], event: { type: "key_stored", key: label, components: 2 } },
	]);
	expect(terminal.unused).toEqual([]);
});

it("shows check values and nothing of what was typed in secret, and wipes that", async () => {
	const at = room();
	const terminal = scriptedTerminal(ordinary);
	await held(at, {}, terminal);
	const shown = [...terminal.screen, ...at.files.map((file) => readFileSync(file, "latin1"))].join("\n");
	expect(shown).toContain("08D7B4 (ecb-zeros)");
	for (const secret of [first, second, passphrases["Alice"] ?? "", passphrases["Bob"] ?? ""]) {
		expect(shown.toUpperCase()).not.toContain(secret.toUpperCase());
	}
	expect(terminal.secrets).toHaveLength(4);
	expect(terminal.secrets.every((secret) => secret.every((byte) => byte === 0))).toBe(true);
	expect(terminal.screen.filter((line) => line === "[clear]")).toHaveLength(2);
});

it("lets a person type a component again when its check value is not the one on the form", async () => {
	const at = room();
	const slip = first.replace("8F", "8E");
	const terminal = scriptedTerminal([...signIn("Alice"), slip, "no", "12 3", first, "yes", ...ordinary.slice(4)]);
	await expect(held(at, {}, terminal)).resolves.toMatchObject({ kcv: { value: "08D7B4" } });
});

it("takes components typed in groups, and other words than yes and no as no answer", async () => {
	const grouped = first.toLowerCase().replaceAll(/(.{4})/g, "$1 ");
	const terminal = scriptedTerminal([...signIn("Alice"), grouped, "well", "YES", ...ordinary.slice(4)]);
	await expect(held(room(), {}, terminal)).resolves.toMatchObject({ name: "tmk-1" });
});

it("takes three components of an AES key", async () => {
	const parts = ["00112233445566778899AABBCCDDEE01", "0102030405060708090A0B0C0D0E0F10", "F0".repeat(16)];
	const people = ["Alice", "Carol", "Bob"];
	const lines = people.flatMap((name, at) => [...signIn(name), parts[at] ?? "", "yes"]);
	const terminal = scriptedTerminal([...lines, "yes"]);
	const at = room();
	const key = { name: "bdk", role: "BDK", algorithm: "AES128" } as const;
	await expect(held(at, { key, components: 3, expected: undefined }, terminal)).resolves.toMatchObject(key);
	const store = unlockedBy(readVault(at.files[0] ?? ""), "Alice", "Bob");
	expect(store.hold("bdk").lend(toHex)).toBe("F1E3D1C7B1A3918F71635147312311E1");
});

describe("a refusal", () => {
	const weak = "11223344556677880123456789ABCDEF";
	const refusals = {
		custodian_twice: [...signIn("Alice"), first, "yes", ...signIn("Alice")],
		passphrase_wrong: thrice("Alice", "guess guess guess"),
		custodian_unknown: thrice("Mallory", "guess guess guess"),
		component_invalid: [...signIn("Alice"), "0123", "zz", "00".repeat(16)],
		kcv_differs: [...signIn("Alice"), weak, "yes", ...signIn("Bob"), second, "yes"],
		key_weak: [...signIn("Alice"), "11".repeat(16), "yes", ...signIn("Bob"), "22".repeat(16), "yes"],
		cancelled: [...signIn("Alice"), first],
	} as const;

	it.each(Object.entries(refusals))("with %s is recorded, and stores nothing", async (code, lines) => {
		const at = room();
		const terminal = scriptedTerminal(lines);
		await expect(held(at, {}, terminal)).rejects.toMatchObject({ name: "Fault", code });
		expect(at.record.entries.at(-1)?.event).toEqual({ type: "ceremony_refused", name: "tmk-1", code });
		expect(unlockedBy(readVault(at.files[0] ?? ""), "Alice", "Bob").list()).toEqual([]);
		expect(terminal.secrets.every((secret) => secret.every((byte) => byte === 0))).toBe(true);
	});

	it("names who had come until then", async () => {
		const at = room();
		await held(at, {}, scriptedTerminal(refusals.kcv_differs)).catch(() => undefined);
		expect(at.record.entries.at(-1)?.by).toEqual(["Alice", "Bob"]);
	});

	it("meets the same component in both hands, which together make zeros", async () => {
		const lines = [...signIn("Alice"), first, "yes", ...signIn("Bob"), first, first, first];
		await expect(held(room(), {}, scriptedTerminal(lines))).rejects.toThrow(faultOf("component_invalid"));
	});

	it("meets a published test key in a production vault", async () => {
		const at = room("production");
		await expect(held(at, {}, scriptedTerminal(ordinary))).rejects.toThrow(faultOf("test_key_refused"));
		expect(unlockedBy(readVault(at.files[0] ?? ""), "Alice", "Bob").list()).toEqual([]);
	});

	it("meets a pipe in front of a production vault, before anything is asked", async () => {
		const terminal = scriptedTerminal(ordinary, "pipe");
		await expect(held(room("production"), {}, terminal)).rejects.toThrow(faultOf("piped_input_refused"));
		expect(terminal.unused).toEqual(ordinary);
		await expect(held(room("test"), {}, scriptedTerminal(ordinary, "pipe"))).resolves.toMatchObject({ name: "tmk-1" });
	});

	it("comes before the second component when the name is taken", async () => {
		const at = room();
		putKey(unlockedBy(at.vault, "Alice", "Bob"), order.key, "0123456789ABCDEFFEDCBA9876543210");
		const terminal = scriptedTerminal(ordinary);
		const again = { ...at, vault: readVault(at.files[0] ?? "") };
		await expect(held(again, {}, terminal)).rejects.toThrow(faultOf("key_exists"));
		expect(terminal.unused).toEqual([second, "yes", "yes"]);
	});
});
