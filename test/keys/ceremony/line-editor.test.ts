import * as fc from "fast-check";
import { expect, it } from "vitest";
import { bytesOfHexLine } from "../../../src/keys/ceremony/hex-line.ts";
import { LineEditor } from "../../../src/keys/ceremony/line-editor.ts";
import { concatBytes, latin1 } from "../../../src/wire/bytes.ts";
import { toHex } from "../../../src/wire/hex.ts";
import { faultOf } from "../vault/key-store-contract.ts";

function typed(...bytes: readonly number[]): string {
	const editor = new LineEditor();
	for (const byte of bytes) {
		editor.feed(byte);
	}
	return new TextDecoder().decode(editor.take());
}

it("erases whole characters of UTF-8, and nothing before the first", () => {
	const umlaut = [...new TextEncoder().encode("aü")];
	expect(typed(...umlaut, 0x7f)).toBe("a");
	expect(typed(...umlaut, 0x08, 0x7f, 0x7f, 0x62)).toBe("b");
});

it("passes over other control bytes and what is too long", () => {
	expect(typed(0x1b, 0x41, 0x09, 0x42)).toBe("AB");
	expect(typed(...Array(300).fill(0x41))).toHaveLength(256);
});

it("is empty once a line was taken", () => {
	const editor = new LineEditor();
	editor.feed(0x41);
	expect(editor.take()).toEqual(Uint8Array.of(0x41));
	expect(editor.take()).toHaveLength(0);
});

it("reads hex in any case and grouping, and wipes the line", () => {
	fc.assert(
		fc.property(fc.uint8Array({ minLength: 1, maxLength: 32 }), fc.boolean(), (bytes, lower) => {
			const text = toHex(bytes).replaceAll(/(.{4})/g, "$1 ");
			const line = latin1(lower ? text.toLowerCase() : text);
			expect(toHex(bytesOfHexLine(line))).toBe(toHex(bytes));
			expect(line.every((byte) => byte === 0)).toBe(true);
		}),
		{ numRuns: 10_000 },
	);
});

it.each(["", "0", "0G", "0x12", "12-34", "   "])("refuses %j, and wipes it", (text) => {
	const line = concatBytes(latin1(text));
	expect(() => bytesOfHexLine(line)).toThrow(faultOf("component_invalid"));
	expect(line.every((byte) => byte === 0)).toBe(true);
});
