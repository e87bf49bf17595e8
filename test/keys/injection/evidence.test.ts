import { describe, expect, it } from "vitest";
import { aes } from "../../../src/crypto/clear/aes.ts";
import { clearAesKey, clearTdesKey } from "../../../src/crypto/clear/clear-keys.ts";
import { kcv } from "../../../src/crypto/clear/kcv.ts";
import { tdes } from "../../../src/crypto/clear/tdes.ts";
import type { KeyEvidence } from "../../../src/devices/key-loading.ts";
import { compareWithProof, judge, proofOf } from "../../../src/keys/injection/evidence.ts";
import { latin1 } from "../../../src/wire/bytes.ts";
import { fromHex } from "../../../src/wire/hex.ts";

const key = clearTdesKey(fromHex("0123456789ABCDEFFEDCBA9876543210"));
const other = clearTdesKey(fromHex("9B1C6D5AE02F47838E3D70A4C6195BF2"));
const cryptogram = fromHex("00000000000000001111111111111111");
const data = latin1("00000000");

const shownBy = (shown: typeof key): Readonly<Record<string, KeyEvidence>> => ({
	"a check value of 3 bytes": { kind: "check_value", method: "ecb-zeros", value: kcvOf(shown, 3) },
	"a check value of 4 bytes": { kind: "check_value", method: "ecb-zeros", value: kcvOf(shown, 4) },
	"a CMAC": { kind: "check_value", method: "cmac", value: kcv("TDES", shown, { method: "cmac", length: 5 }).value },
	"a known block": { kind: "known_block", data, value: tdes(shown).encipherEcb(data).slice(0, 4) },
	"a child's check value": {
		kind: "child_check_value",
		cryptogram,
		value: kcvOf(clearTdesKey(tdes(shown).decipherEcb(cryptogram)), 4),
	},
	"a single-length child's check value": {
		kind: "child_check_value",
		cryptogram: cryptogram.slice(0, 8),
		value: kcvOf(clearTdesKey(tdes(shown).decipherEcb(cryptogram.slice(0, 8))), 4),
	},
});

function kcvOf(of: typeof key, length: number): ReturnType<typeof fromHex> {
	return kcv("TDES", of, { method: "ecb-zeros", length }).value;
}

describe.each(Object.keys(shownBy(key)))("%s", (name) => {
	const evidence = shownBy(key)[name] ?? { kind: "none" };
	const foreign = shownBy(other)[name] ?? { kind: "none" };

	it("proves the key it was made with, and no other", () => {
		expect(judge(tdes(key), evidence)).toBe("proved");
		expect(judge(tdes(other), evidence)).toBe("differs");
	});

	it("can be compared with what was recorded of it, which is three bytes, or five of a CMAC", () => {
		const proof = proofOf(evidence);
		expect(compareWithProof(proof, evidence)).toBe("proved");
		expect(compareWithProof(proof, foreign)).toBe("differs");
		expect(compareWithProof(proof, { kind: "none" })).toBe("missing");
		expect(compareWithProof(proof, { kind: "held" })).toBe("not_provable");
		expect(compareWithProof(undefined, evidence)).toBe("not_provable");
		expect(JSON.stringify(proof)).toMatch(name === "a CMAC" ? /"value":"[0-9A-F]{10}"/ : /"value":"[0-9A-F]{6}"/);
	});
});

it("tells a missing key from one that cannot be proved", () => {
	expect(judge(tdes(key), { kind: "none" })).toBe("missing");
	expect(judge(tdes(key), { kind: "held" })).toBe("not_provable");
	expect(proofOf({ kind: "none" })).toBeUndefined();
	expect(compareWithProof({ kind: "held" }, { kind: "held" })).toBe("not_provable");
});

it("takes too few bytes for no proof", () => {
	const value = kcvOf(key, 2);
	expect(judge(tdes(key), { kind: "check_value", method: "ecb-zeros", value })).toBe("differs");
	expect(judge(tdes(key), { kind: "known_block", data, value: tdes(key).encipherEcb(data).slice(0, 2) })).toBe(
		"differs",
	);
});

it("knows AES keys by their CMAC", () => {
	const aesKey = clearAesKey(fromHex("2B7E151628AED2A6ABF7158809CF4F3C"));
	const value = kcv("AES", aesKey, { method: "cmac", length: 5 }).value;
	expect(judge(aes(aesKey), { kind: "check_value", method: "cmac", value })).toBe("proved");
	expect(judge(aes(aesKey), { kind: "check_value", method: "ecb-zeros", value })).toBe("differs");
});
