import { describe, expect, it } from "vitest";
import { aes } from "../../src/crypto/clear/aes.ts";
import { clearAesKey, clearTdesKey } from "../../src/crypto/clear/clear-keys.ts";
import { tdes } from "../../src/crypto/clear/tdes.ts";
import { checkValueOf, checkValuesAgree, fingerprintOf, parseCheckValue } from "../../src/keys/check-value.ts";
import { cipherOf, isStrongEnough, type KeyAlgorithm } from "../../src/keys/key-kind.ts";
import { fromHex } from "../../src/wire/hex.ts";
import { faultOf } from "./vault/key-store-contract.ts";

const key = fromHex("0123456789ABCDEFFEDCBA9876543210");

it("shows three bytes of an enciphered zero block for TDES, five of a CMAC for AES", () => {
	expect(checkValueOf("TDES2", tdes(clearTdesKey(key)))).toEqual({ method: "ecb-zeros", value: "08D7B4" });
	expect(checkValueOf("AES128", cipherOf("AES128", key))).toEqual({
		method: "cmac",
		value: expect.stringMatching(/^[0-9A-F]{10}$/),
	});
});

it("reads the check value of a form, and keeps no more of it than may be shown", () => {
	expect(parseCheckValue("TDES2", "08d7b4fb629d0885")).toEqual({ method: "ecb-zeros", value: "08D7B4" });
	expect(parseCheckValue("AES128", "2331550BC9")).toEqual({ method: "cmac", value: "2331550BC9" });
	for (const text of ["", "08D7", "08D7B", "08D7B4FB629D088500", "08 D7 B4", "nonsense"]) {
		expect(() => parseCheckValue("TDES2", text)).toThrow(faultOf("kcv_differs"));
	}
});

it("compares check values of one method, as far as both go", () => {
	const kcv = { method: "cmac", value: "2331550BC9" } as const;
	expect(checkValuesAgree(kcv, { method: "cmac", value: "233155" })).toBe(true);
	expect(checkValuesAgree(kcv, { method: "cmac", value: "233156" })).toBe(false);
	expect(checkValuesAgree(kcv, { method: "ecb-zeros", value: "233155" })).toBe(false);
});

it("tells keys apart by their fingerprints, also the same bytes under another cipher", () => {
	const other = fromHex("9B1C6D5AE02F47838E3D70A4C6195BF2");
	const prints = [tdes(clearTdesKey(key)), aes(clearAesKey(key)), tdes(clearTdesKey(other))].map(fingerprintOf);
	expect(new Set(prints).size).toBe(3);
	expect(prints.every((print) => /^[0-9A-F]{16}$/.test(print))).toBe(true);
});

describe("a key may travel", () => {
	const order: readonly KeyAlgorithm[] = ["TDES2", "TDES3", "AES128", "AES192", "AES256"];

	it.each(order)("under a key at least as strong: %s", (carried) => {
		const allowed = order.filter((kek) => isStrongEnough(kek, carried));
		expect(allowed).toEqual(order.slice(order.indexOf(carried)));
	});
});
