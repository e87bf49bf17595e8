import { expect, test } from "vitest";
import { z } from "zod";
import { foldCupEcb } from "../../src/crypto/cup-fold.ts";
import { codeOf } from "./code-of.ts";
import { hex, vectorsOf } from "./vectors.ts";

const vectors = vectorsOf("mac-cup-ecb", z.object({ data: hex }), z.object({ xorBlock: hex }));

test.each(vectors)("$id folds", ({ in: { data }, out: { xorBlock } }) => {
	expect(foldCupEcb(data)).toEqual(xorBlock);
});

test("refuses empty data", () => {
	expect(codeOf(() => foldCupEcb(new Uint8Array(0)))).toBe("data_invalid");
});
