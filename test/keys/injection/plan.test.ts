import { describe, expect, it } from "vitest";
import { parseManifest } from "../../../src/keys/injection/manifest.ts";
import { type PlannedLoad, planBatch } from "../../../src/keys/injection/plan.ts";
import { useRowKey } from "../../../src/keys/injection/row-keys.ts";
import type { KeyPurpose } from "../../../src/keys/vault/key-store.ts";
import { toHex } from "../../../src/wire/hex.ts";
import { loading } from "../support/events.ts";
import { type InjectionRoom, injectionRoom, people, type Row } from "../support/injection-room.ts";
import { blockOf, kcvOf } from "../support/key-fixtures.ts";

const tmk = "9B1C6D5AE02F47838E3D70A4C6195BF2";
const tpk = "5E2A91C8D046B37F1C8EB9347A62D5F0";
const tdes3 = "5E2A91C8D046B37F1C8EB9347A62D5F0A7498CE6315BD25E";
const kbpk = "D6A4F8193B5C7E024F8D1AB6E3975C20";
const kbpk3 = "D6A4F8193B5C7E024F8D1AB6E3975C202F9B4DE8A1637C54";
const aesKbpk = "D6A4F8193B5C7E024F8D1AB6E3975C202F9B4DE8A1637C54D6A4F8193B5C7E99";
const header = "B0000P0TE00N0000";

function room(purpose: KeyPurpose = "production"): InjectionRoom {
	const made = injectionRoom(purpose);
	made.put("tmk", "TMK", tmk);
	made.put("kbpk", "KBPK", kbpk);
	made.put("kbpk3", "KBPK", kbpk3, "TDES3");
	made.put("aes-kbpk", "KBPK", aesKbpk, "AES256");
	made.put("tpk", "TPK", tpk);
	return made;
}

const held: Row = { serial: "1001", slot: "0", role: "TMK", algorithm: "TDES2", from: "tmk", kcv: kcvOf(tmk) };
const inBlock: Row = {
	serial: "1001",
	slot: "0/1",
	role: "TPK",
	algorithm: "TDES2",
	block: blockOf(kbpk, header, tpk),
	under: "kbpk",
	kek: "tmk",
	kcv: kcvOf(tpk),
};

function plan(rows: readonly Row[], at = room()): readonly PlannedLoad[] {
	return planBatch(parseManifest("yaml", JSON.stringify({ keys: rows })), at.store, at.record.book);
}

/** `open`, or the code of the refusal, of each row in the order of the plan. */
function ends(rows: readonly Row[], at = room()): readonly string[] {
	return plan(rows, at).map((planned) => (planned.kind === "open" ? "open" : planned.fault.code));
}

it("lets good rows pass, with all that will be recorded of them", () => {
	const [first, second] = plan([inBlock, held]);
	expect(first).toMatchObject({
		kind: "open",
		row: { role: "TMK" },
		facts: { kcv: { method: "ecb-zeros", value: kcvOf(tmk) }, header: undefined, kekKcv: undefined },
	});
	expect(second).toMatchObject({
		kind: "open",
		row: { role: "TPK" },
		facts: { header: "B0080P0TE00N0000", kekKcv: { value: kcvOf(tmk) } },
	});
});

it("takes key blocks of version D for TDES and AES keys", () => {
	const block = blockOf(aesKbpk, "D0000P0TE00N0000", tpk);
	expect(ends([{ ...inBlock, block, under: "aes-kbpk" }])).toEqual(["open"]);
});

it("derives the initial key of a pad from a BDK", () => {
	const at = injectionRoom("test");
	at.put("bdk", "BDK", "0123456789ABCDEFFEDCBA9876543210");
	const ksn = "FFFF9876543210E00000";
	const row = { ...held, role: "IPEK", from: "bdk", ksn, kcv: kcvOf("6AC292FAA1315B4D858AB3A3D7D5933A") };
	const [planned] = plan([row], at);
	expect(planned?.kind).toBe("open");
	expect(planned && useRowKey(at.store, planned.row, toHex)).toBe("6AC292FAA1315B4D858AB3A3D7D5933A");
});

describe("refuses, before any pad is touched,", () => {
	it.each([
		["an unknown key", { ...held, from: "nobody" }, "key_unknown"],
		["a key of another role", { ...held, from: "tpk", kcv: kcvOf(tpk) }, "manifest_invalid"],
		["a wrong check value", { ...held, kcv: "123456" }, "kcv_differs"],
		["a wrong tail of a long check value", { ...held, kcv: `${kcvOf(tmk)}00` }, "kcv_differs"],
		["a block under a key that is no KBPK", { ...inBlock, under: "tmk" }, "manifest_invalid"],
		["a block under another KBPK", { ...inBlock, under: "kbpk3" }, "key_block_unverified"],
		["version A", { ...inBlock, block: blockOf(kbpk, "A0000P0TE00N0000", tpk) }, "key_block_version_refused"],
		["version C", { ...inBlock, block: blockOf(kbpk, "C0000P0TE00N0000", tpk) }, "key_block_version_refused"],
		["a MAC key for a PIN slot", { ...inBlock, block: blockOf(kbpk, "B0000M3TC00N0000", tpk) }, "key_block_mismatch"],
		["a key for deciphering only", { ...inBlock, block: blockOf(kbpk, "B0000P0TD00N0000", tpk) }, "key_block_mismatch"],
		["an AES key for a TDES slot", { ...inBlock, block: blockOf(kbpk, "B0000P0AE00N0000", tpk) }, "key_block_mismatch"],
		["a longer key than the slot's", { ...inBlock, block: blockOf(kbpk, header, tdes3) }, "key_block_mismatch"],
		[
			"a triple-length key under a KBPK of double length",
			{ ...inBlock, algorithm: "TDES3", block: blockOf(kbpk, header, tdes3), kcv: kcvOf(tdes3) },
			"kek_weaker",
		],
		[
			"a triple-length key under a KEK of double length",
			{ ...inBlock, algorithm: "TDES3", block: blockOf(kbpk3, header, tdes3), under: "kbpk3", kcv: kcvOf(tdes3) },
			"kek_weaker",
		],
		["a carrier that is none", { ...inBlock, kek: "tpk" }, "manifest_invalid"],
		["no key block at all", { ...inBlock, block: "not a key block, only some text of it" }, "key_block_unverified"],
	] as const)("%s", (_, row, code) => {
		expect(ends([row])).toEqual([code]);
	});

	it("a block that was changed at any character", () => {
		const at = room();
		const { block = "" } = inBlock;
		const changed = Array.from(block, (character, index) => ({
			...inBlock,
			block: `${block.slice(0, index)}${character === "0" ? "1" : "0"}${block.slice(index + 1)}`,
		}));
		const allowed = ["key_block_unverified", "key_block_version_refused", "key_block_mismatch"];
		const codes = changed.map((row) => ends([row], at)[0] ?? "");
		expect(codes.filter((code) => !allowed.includes(code))).toEqual([]);
		expect(codes.slice(16).every((code) => code === "key_block_unverified")).toBe(true);
	});

	it("published test keys for production, and takes them for tests", () => {
		const published = "0123456789ABCDEFFEDCBA9876543210";
		const row = { ...held, from: "test-key", kcv: kcvOf(published) };
		for (const [purpose, end] of [
			["production", "test_key_refused"],
			["test", "open"],
		] as const) {
			const at = room(purpose);
			at.put("test-key", "TMK", published);
			expect(ends([row], at)).toEqual([end]);
		}
	});

	it("one key in two slots of the manifest", () => {
		expect(ends([held, { ...held, serial: "1002" }])).toEqual(["open", "key_duplicate"]);
		expect(ends([held, { ...held, slot: "1" }])).toEqual(["open", "key_duplicate"]);
	});

	it("a key that was ever in another slot", () => {
		const at = room();
		const [planned] = plan([held], at);
		const fingerprint = planned?.kind === "open" ? planned.facts.fingerprint : "";
		at.record.append(loading({ serial: "9999", fingerprint }), people);
		expect(ends([held], at)).toEqual(["key_duplicate"]);
		at.record.append(loading({ serial: "1001", fingerprint }), people);
		expect(ends([held], at)).toEqual(["open"]);
	});

	it("a key serial number that was ever given out, whatever its counter", () => {
		const at = room("test");
		at.put("bdk", "BDK", "0123456789ABCDEFFEDCBA9876543210");
		const kcv = kcvOf("6AC292FAA1315B4D858AB3A3D7D5933A");
		const row = { ...held, role: "IPEK", from: "bdk", ksn: "FFFF9876543210E00001", kcv };
		expect(ends([row], at)).toEqual(["open"]);
		expect(ends([row, { ...row, serial: "1002" }], at)).toEqual(["open", "key_duplicate"]);
		at.record.append(
			loading({ serial: "9999", place: "initial 0", role: "IPEK", ksn: "FFFF9876543210E00000" }),
			people,
		);
		expect(ends([row], at)).toEqual(["ksn_reused"]);
	});
});
