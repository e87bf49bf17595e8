import { expect, test } from "vitest";
import { constantTimeEqual, hmacSha256, sha256 } from "../../src/crypto/digest.ts";
import { latin1 } from "../../src/wire/bytes.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";

test("sha256 gives the FIPS 180-4 example, however the data is cut", () => {
	const abc = "BA7816BF8F01CFEA414140DE5DAE2223B00361A396177A9CB410FF61F20015AD";
	expect(toHex(sha256(latin1("abc")))).toBe(abc);
	expect(toHex(sha256(latin1("a"), latin1(""), latin1("bc")))).toBe(abc);
});

test("hmacSha256 gives RFC 4231 test case 2", () => {
	const mac = hmacSha256(latin1("Jefe"), latin1("what do ya want for nothing?"));
	expect(toHex(mac)).toBe("5BDCC146BF60754E6A042426089575C75A003F089D2739839DEC58B964EC3843");
});

test("constantTimeEqual compares bytes and lengths", () => {
	expect(constantTimeEqual(fromHex("0102"), fromHex("0102"))).toBe(true);
	expect(constantTimeEqual(fromHex("0102"), fromHex("0103"))).toBe(false);
	expect(constantTimeEqual(fromHex("0102"), fromHex("01"))).toBe(false);
	expect(constantTimeEqual(fromHex(""), fromHex(""))).toBe(true);
});
