import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { aesKsnCounter, nextAesKsn, nextTdesKsn, tdesKsnCounter } from "../../src/crypto/ksn.ts";
import { concatBytes } from "../../src/wire/bytes.ts";
import { fromHex } from "../../src/wire/hex.ts";
import { codeOf } from "./code-of.ts";
import { hex, vectorsOf } from "./vectors.ts";

const next = z.object({ nextKsn: hex.nullable() });
const tdesVectors = vectorsOf("dukpt-tdes-ksn", z.object({ ksn: hex }), next.extend({ validForUse: z.boolean() }));

test.each(tdesVectors)("$id: whether a TDES counter may be used", ({ in: { ksn }, out: { validForUse } }) => {
	expect(codeOf(() => tdesKsnCounter(ksn)) === "ksn_invalid").toBe(!validForUse);
});

describe.each([
	{ subject: "dukpt-tdes-ksn", nextKsn: nextTdesKsn },
	{ subject: "dukpt-tdes", nextKsn: nextTdesKsn },
	{ subject: "dukpt-aes", nextKsn: nextAesKsn },
])("$subject", ({ subject, nextKsn }) => {
	const vectors = vectorsOf(subject, z.object({ ksn: hex }), next);

	test.each(vectors.filter((vector) => vector.out.nextKsn !== null))("$id advances", ({ in: { ksn }, out }) => {
		expect(nextKsn(ksn)).toEqual(out.nextKsn);
	});

	test.each(vectors.filter((vector) => vector.out.nextKsn === null))("$id is the last one", ({ in: { ksn } }) => {
		expect(codeOf(() => nextKsn(ksn))).toBe("ksn_end_of_life");
	});
});

const layouts = [
	{ name: "TDES", counter: tdesKsnCounter, nextKsn: nextTdesKsn, head: 6, bits: 21, ones: 10 },
	{ name: "AES", counter: aesKsnCounter, nextKsn: nextAesKsn, head: 8, bits: 32, ones: 16 },
];

describe.each(layouts)("$name counters", ({ counter, nextKsn, head, bits, ones }) => {
	const ksnOf = (value: number): Uint8Array<ArrayBuffer> => {
		const word = new Uint8Array(4);
		new DataView(word.buffer).setUint32(0, value);
		return concatBytes(new Uint8Array(head).fill(0xff), word);
	};
	const usable = (value: number): boolean => {
		const count = value.toString(2).replaceAll("0", "").length;
		return count >= 1 && count <= ones;
	};

	test("the next counter is the smallest usable one above", () => {
		fc.assert(
			fc.property(fc.integer({ min: 0, max: 2 ** bits - 1 }), (value) => {
				let expected = value + 1;
				// Far jumps are too slow to count through; the vectors have them.
				while (expected < value + 5_000 && !usable(expected)) {
					expected++;
				}
				fc.pre(usable(expected) && expected < 2 ** bits);
				expect(counter(nextKsn(ksnOf(value)))).toBe(expected);
			}),
			{ numRuns: 10_000 },
		);
	});

	test("the last usable counter has all its ones on the left", () => {
		const last = 2 ** bits - 2 ** (bits - ones);
		expect(counter(ksnOf(last))).toBe(last);
		expect(codeOf(() => nextKsn(ksnOf(last)))).toBe("ksn_end_of_life");
		expect(codeOf(() => nextKsn(ksnOf(2 ** bits - 1)))).toBe("ksn_end_of_life");
	});

	test("counter 0, too many ones and other lengths are refused", () => {
		expect(codeOf(() => counter(ksnOf(0)))).toBe("ksn_invalid");
		expect(codeOf(() => counter(ksnOf(2 ** (ones + 1) - 1)))).toBe("ksn_invalid");
		expect(codeOf(() => counter(ksnOf(1).slice(1)))).toBe("ksn_invalid");
		expect(codeOf(() => nextKsn(fromHex("")))).toBe("ksn_invalid");
	});
});
