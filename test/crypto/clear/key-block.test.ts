import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { kcv } from "../../../src/crypto/clear/kcv.ts";
import { obfuscatingPadding, unwrapKeyBlock, wrapKeyBlock } from "../../../src/crypto/clear/key-block.ts";
import { deriveKeyBlockKeys } from "../../../src/crypto/clear/key-block-keys.ts";
import { protectPayload } from "../../../src/crypto/clear/key-block-protection.ts";
import { formatKeyBlockHeader, parseKeyBlockHeader } from "../../../src/crypto/key-block-header.ts";
import { latin1 } from "../../../src/wire/bytes.ts";
import { fromHex, toHex } from "../../../src/wire/hex.ts";
import { codeOf } from "../code-of.ts";
import { hex, vectorsOf } from "../vectors.ts";

const version = z.enum(["A", "B", "C", "D", "E"]);
const block = z.object({ id: z.string(), data: z.string() });

const derivations = vectorsOf(
	"tr31-kbpk-derivation",
	z.object({ version, kbpk: hex }),
	z.object({ kbek: hex, kbak: hex }),
);

test.each(derivations)("$id", ({ in: { version, kbpk }, out }) => {
	expect(deriveKeyBlockKeys(version, kbpk)).toMatchObject(out);
});

const variants = vectorsOf(
	"key-variants",
	z.object({ scheme: z.string(), key: hex }),
	z.object({ kbek: hex.optional(), kbak: hex.optional() }),
).filter((vector) => vector.in.scheme.startsWith("TR-31"));

test.each(variants)("$id", ({ in: { key }, out }) => {
	expect(deriveKeyBlockKeys("A", key)).toMatchObject(out);
	expect(deriveKeyBlockKeys("C", key)).toMatchObject(out);
});

const known = vectorsOf(
	"tr31-known",
	z.object({ kbpk: hex, keyBlock: z.string() }),
	z.object({
		version,
		header: z.string(),
		optionalBlocks: z.array(block),
		key: hex,
		keyBits: z.number(),
		padding: hex,
		kcv: z.string().nullable(),
	}),
);

test.each(known)("$id", ({ in: { kbpk, keyBlock }, out }) => {
	const { header, key } = unwrapKeyBlock(kbpk, keyBlock);
	expect(header.version).toBe(out.version);
	expect(header.optionalBlocks).toEqual(out.optionalBlocks);
	expect(key).toEqual(out.key);
	expect(key.length * 8).toBe(out.keyBits);
	expect(keyBlock.startsWith(out.header)).toBe(true);
	expect(wrapKeyBlock(kbpk, keyBlock.slice(0, header.length), { key, padding: out.padding })).toBe(keyBlock);
});

test.each(known.filter((vector) => vector.out.kcv !== null))(
	"$id: its check value",
	({ in: { kbpk, keyBlock }, out }) => {
		const { header, key } = unwrapKeyBlock(kbpk, keyBlock);
		const value =
			header.algorithm === "A"
				? kcv("AES", key, { method: "cmac", length: 5 })
				: kcv("TDES", key, { method: "ecb-zeros", length: 3 });
		expect(toHex(value.value)).toBe(out.kcv);
	},
);

const wraps = vectorsOf(
	"tr31-wrap",
	z.object({ kbpk: hex, header: z.string(), key: hex, padding: hex }),
	z.object({ keyBlock: z.string() }),
);

test.each(wraps)("$id", ({ in: { kbpk, header, key, padding }, out: { keyBlock } }) => {
	expect(wrapKeyBlock(kbpk, header, { key, padding })).toBe(keyBlock);
	expect(unwrapKeyBlock(kbpk, keyBlock).key).toEqual(key);
});

const refused = vectorsOf(
	"tr31-errors",
	z.object({ kbpk: hex, keyBlock: z.string() }),
	z.object({ error: z.string() }),
);
const oneError = expect.objectContaining({ code: "key_block_unverified", message: "the key block does not verify" });

test.each(refused)("$id: $out.error", ({ in: { kbpk, keyBlock } }) => {
	expect(() => unwrapKeyBlock(kbpk, keyBlock)).toThrow(oneError);
});

const kbpkOf = { A: 16, B: 24, C: 8, D: 32, E: 16 } as const;
const kinds = version.options.map((version) => ({ version, kbpk: new Uint8Array(kbpkOf[version]).fill(0x3b) }));

test("unwraps what it wrapped", () => {
	const cases = fc.record({
		kind: fc.constantFrom(...kinds),
		algorithm: fc.constantFrom("T", "A", "H"),
		key: fc.uint8Array({ minLength: 1, maxLength: 40 }),
		optionalBlocks: fc.constantFrom(
			[],
			[{ id: "KS", data: "00604B120F9292800000" }],
			[
				{ id: "KP", data: "012331" },
				{ id: "TS", data: "" },
			],
			[{ id: "CT", data: "x".repeat(300) }],
		),
	});
	fc.assert(
		fc.property(cases, ({ kind: { version, kbpk }, algorithm, key: random, optionalBlocks }) => {
			const key = Uint8Array.from(random);
			const bare = parseKeyBlockHeader(`${version}0000P0${algorithm}E00E0000`);
			const header = formatKeyBlockHeader({ ...bare, optionalBlocks }, 1);
			const padding = obfuscatingPadding({ version, algorithm }, key.length);
			const unwrapped = unwrapKeyBlock(kbpk, wrapKeyBlock(kbpk, header, { key, padding }));
			expect(unwrapped.key).toEqual(key);
			expect(unwrapped.header.optionalBlocks.filter(({ id }) => id !== "PB")).toEqual(optionalBlocks);
		}),
		{ numRuns: 10_000 },
	);
});

describe.each(kinds)("version $version", ({ version, kbpk }) => {
	const key = new Uint8Array(16).fill(0x5c);
	const padding = obfuscatingPadding({ version, algorithm: "T" }, key.length);
	const keyBlock = wrapKeyBlock(kbpk, `${version}0000B1TX00S0100KS1800604B120F9292800000`, { key, padding });

	test("a change of any character is the same error", () => {
		for (let index = 0; index < keyBlock.length; index++) {
			for (let bit = 1; bit <= 0x80; bit <<= 1) {
				const changed = String.fromCharCode(keyBlock.charCodeAt(index) ^ bit);
				const text = keyBlock.slice(0, index) + changed + keyBlock.slice(index + 1);
				expect(() => unwrapKeyBlock(kbpk, text), `character ${index}`).toThrow(oneError);
			}
		}
	});

	test("a cut, a longer block, another KBPK and a KBPK of another length are the same error", () => {
		for (let length = 0; length < keyBlock.length; length++) {
			expect(() => unwrapKeyBlock(kbpk, keyBlock.slice(0, length))).toThrow(oneError);
		}
		expect(() => unwrapKeyBlock(kbpk, `${keyBlock}00`)).toThrow(oneError);
		expect(() =>
			unwrapKeyBlock(
				kbpk.map((byte) => byte ^ 0x10),
				keyBlock,
			),
		).toThrow(oneError);
		expect(() => unwrapKeyBlock(kbpk.slice(1), keyBlock)).toThrow(oneError);
	});

	test("does not tell how long a TDES key is", () => {
		const lengths = [8, 16, 24].map((length) => {
			const content = { key: new Uint8Array(length), padding: obfuscatingPadding({ version, algorithm: "T" }, length) };
			return wrapKeyBlock(kbpk, `${version}0000P0TE00E0000`, content).length;
		});
		expect(new Set(lengths).size).toBe(1);
	});
});

describe("a key block with a right MAC over wrong content is the same error", () => {
	const kbpk = new Uint8Array(16).fill(0x3b);
	const header = "B0080P0TE00E0000";
	const sealed = (headerText: string, payload: string): string => {
		const { ciphertext, mac } = protectPayload({ version: "B", kbpk, header: latin1(headerText) }, fromHex(payload));
		return headerText + toHex(ciphertext) + toHex(mac);
	};
	const payload = `0080${"5C".repeat(22)}`;

	test("as a right one shows", () => {
		expect(unwrapKeyBlock(kbpk, sealed(header, payload)).key).toEqual(new Uint8Array(16).fill(0x5c));
	});

	test.each([
		["a length field of another length", "B0088P0TE00E0000", payload],
		["a key of no bits", header, `0000${"5C".repeat(22)}`],
		["a key of broken bytes", header, `007F${"5C".repeat(22)}`],
		["a key longer than the payload", header, `00B8${"5C".repeat(22)}`],
	])("%s", (_, headerText, wrongPayload) => {
		expect(() => unwrapKeyBlock(kbpk, sealed(headerText, wrongPayload))).toThrow(oneError);
	});
});

describe("wrap refuses", () => {
	const kbpk = new Uint8Array(16);
	const content = { key: new Uint8Array(16), padding: new Uint8Array(6) };
	const header = "B0000P0TE00E0000";

	test.each([
		["characters after the header", `${header}00`],
		["a broken header", "B0000P0TE00E01"],
	])("%s", (_, text) => {
		expect(codeOf(() => wrapKeyBlock(kbpk, text, content))).toBe("key_block_header_invalid");
	});

	test("a key block of more than 9999 characters", () => {
		const long = { key: new Uint8Array(8_000), padding: new Uint8Array(6) };
		expect(codeOf(() => wrapKeyBlock(kbpk, header, long))).toBe("key_block_header_invalid");
	});

	test("an empty key, a key too long for its length field, and padding that does not fill blocks", () => {
		const contents = [
			{ key: fromHex(""), padding: new Uint8Array(6) },
			{ key: new Uint8Array(8_192), padding: new Uint8Array(6) },
			{ ...content, padding: new Uint8Array(5) },
		];
		for (const wrong of contents) {
			expect(codeOf(() => wrapKeyBlock(kbpk, header, wrong))).toBe("key_block_content_invalid");
		}
	});

	test.each([
		["A", 32],
		["B", 8],
		["C", 12],
		["D", 8],
		["E", 20],
	])("version %s with a KBPK of %d bytes", (version, length) => {
		const padding = new Uint8Array(14);
		const wrong = { key: content.key, padding };
		const text = `${version}0000P0TE00E0000`;
		expect(codeOf(() => wrapKeyBlock(new Uint8Array(length), text, wrong))).toBe("key_invalid");
	});
});
