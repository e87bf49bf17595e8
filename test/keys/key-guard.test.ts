import { describe, expect, it } from "vitest";
import { z } from "zod";
import { requireUsableKey, testKeyHash } from "../../src/keys/key-guard.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";
import { hex, vectorsOf } from "../crypto/vectors.ts";
import { faultOf } from "./vault/key-store-contract.ts";

const published = "0123456789ABCDEFFEDCBA9876543210";
const secret = "9B1C6D5AE02F47838E3D70A4C6195BF2";

describe("a published test key", () => {
	it.each([
		["as printed", "TDES2", published],
		["with other parity bits", "TDES2", "0022446688AACCEEFFDDBB9977553311"],
		["called AES", "AES128", published],
		["of the AES examples", "AES128", "2B7E151628AED2A6ABF7158809CF4F3C"],
	] as const)("is refused in production, and taken for tests: %s", (_, algorithm, key) => {
		expect(() => requireUsableKey(algorithm, fromHex(key), "production")).toThrow(faultOf("test_key_refused"));
		expect(() => requireUsableKey(algorithm, fromHex(key), "test")).not.toThrow();
	});

	it("is any key that the vectors print", () => {
		const bdks = vectorsOf("dukpt-tdes", z.looseObject({ bdk: hex.optional() }), z.unknown());
		const refused = bdks
			.flatMap(({ in: { bdk } }) => (bdk === undefined ? [] : [bdk]))
			.map((bdk) => () => requireUsableKey("TDES2", bdk, "production"));
		expect(refused.length).toBeGreaterThan(0);
		for (const attempt of refused) {
			expect(attempt).toThrow(faultOf("test_key_refused"));
		}
	});
});

describe("a weak key", () => {
	it.each([
		["TDES2 of one part", "TDES2", "0123456789ABCDEF0123456789ABCDEF"],
		["the same under other parity", "TDES2", "0123456789ABCDEF0022446688AACCEE"],
		["TDES3 with the third part as the first", "TDES3", `${secret}${secret.slice(0, 16)}`],
		["TDES3 with the third part as the second", "TDES3", `${secret}${secret.slice(16)}`],
		["AES of one byte", "AES256", "AB".repeat(32)],
	] as const)("is refused, for tests as well: %s", (_, algorithm, key) => {
		expect(() => requireUsableKey(algorithm, fromHex(key), "test")).toThrow(faultOf("key_weak"));
	});
});

it("lets a secret key pass and leaves it as it is", () => {
	const key = fromHex(secret);
	requireUsableKey("TDES2", key, "production");
	expect(toHex(key)).toBe(secret);
	expect(testKeyHash(key)).not.toBe(testKeyHash(fromHex(published)));
	expect(toHex(key)).toBe(secret);
});
