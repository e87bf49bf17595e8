import { expect, test } from "vitest";
import { z } from "zod";
import { clearTdesKey } from "../../../src/crypto/clear/clear-keys.ts";
import { cupMac } from "../../../src/crypto/clear/cup-mac.ts";
import { latin1 } from "../../../src/wire/bytes.ts";
import { fromHex } from "../../../src/wire/hex.ts";
import { codeOf } from "../code-of.ts";
import { hex, vectorsOf } from "../vectors.ts";

const vectors = vectorsOf(
	"mac-cup-ecb",
	z.object({ key: hex, data: hex }),
	z.object({ macHex16: z.string(), field64: hex }),
);

test.each(vectors)("$id", ({ in: { key, data }, out }) => {
	const mac = cupMac(clearTdesKey(key), data);
	expect(mac).toBe(out.macHex16);
	expect(latin1(mac.slice(0, 8))).toEqual(out.field64);
});

/** Published host exchanges, from the folded block on: folding one block gives the block itself. */
test.each([
	{ mak: "0723C80DB5F4CD3D", folded: "3761343619AC6492", mac: "B3A092AEDACE4C88" },
	{ mak: "313215FDA2C4AB4C", folded: "8DBA2933C4B6C379", mac: "B7133B57B67CF51A" },
])("a host accepted $mac", ({ mak, folded, mac }) => {
	expect(cupMac(clearTdesKey(fromHex(mak)), fromHex(folded))).toBe(mac);
});

test("refuses empty data", () => {
	expect(codeOf(() => cupMac(clearTdesKey(new Uint8Array(8)), fromHex("")))).toBe("data_invalid");
});
