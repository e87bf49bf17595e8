import { expect, test } from "vitest";
import { unwrap, wrap } from "../../src/acquirers/channel.ts";
import { latin1 } from "../../src/wire/bytes.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";

const tpdu = fromHex("6000030000");
const header = fromHex("603100310000");

test("TPDU and header go before the message and come off again", () => {
	const wrapped = wrap({ tpdu, header }, latin1("message"));
	expect(toHex(wrapped)).toBe(`6000030000603100310000${toHex(latin1("message"))}`);
	expect(unwrap({ tpdu, header }, wrapped)).toEqual({ header, message: latin1("message") });
});

test.each(["6000000003", "6000030000", "6000000138"])("the TPDU %s of an answer is skipped, not compared", (other) => {
	const answer = wrap({ tpdu: fromHex(other), header: undefined }, latin1("message"));
	expect(unwrap({ tpdu, header: undefined }, answer)).toEqual({ header: undefined, message: latin1("message") });
});

test("nothing behind TPDU and header is no message", () => {
	expect(unwrap({ tpdu, header }, fromHex("6000030000603100310000"))).toBeUndefined();
	expect(unwrap({ tpdu, header: undefined }, new Uint8Array())).toBeUndefined();
});
