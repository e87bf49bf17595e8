import { readFileSync } from "node:fs";
import { z } from "zod";
import { fromHex, isHex } from "../../src/wire/hex.ts";

/** Hex text of a vector as bytes. */
export const hex = z
	.string()
	.refine(isHex)
	.transform((text) => fromHex(text));

const vectorFile = z.object({
	count: z.number(),
	vectors: z.array(z.object({ id: z.string(), in: z.unknown(), out: z.unknown() })),
});

interface Vector<In, Out> {
	readonly id: string;
	readonly in: In;
	readonly out: Out;
}

/** The vectors of one subject; each file in the fixtures names the public source of each vector. */
export function vectorsOf<In extends z.ZodType, Out extends z.ZodType>(
	subject: string,
	input: In,
	output: Out,
): readonly Vector<z.output<In>, z.output<Out>>[] {
	const path = new URL(`../fixtures/vectors/${subject}.json`, import.meta.url);
	const { count, vectors } = vectorFile.parse(JSON.parse(readFileSync(path, "utf8")));
	if (vectors.length !== count) {
		throw new Error(`${subject} announces ${count} vectors and has ${vectors.length}`);
	}
	return vectors.map((vector) => ({ id: vector.id, in: input.parse(vector.in), out: output.parse(vector.out) }));
}
