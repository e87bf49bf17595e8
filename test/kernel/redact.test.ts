import * as fc from "fast-check";
import { expect, it } from "vitest";
import { randomId } from "../../src/crypto/random.ts";
import { Fault } from "../../src/kernel/fault.ts";
import { redact } from "../../src/kernel/redact.ts";
import { looksLikePan, redactText } from "../../src/kernel/redact-text.ts";

const runs = { numRuns: 10_000 };

/** Test numbers of the schemes' public documentation. */
const published = [
	["4111111111111111", "411111******1111"],
	["5555555555554444", "555555******4444"],
	["2223003122003222", "222300******3222"],
	["378282246310005", "378282*****0005"],
	["30569309025904", "305693****5904"],
	["3530111333300000", "353011******0000"],
	["6011111111111117", "601111******1117"],
	["6200000000000005", "620000******0005"],
	["6205500000000000004", "620550*********0004"],
	["4222222222222", "422222***2222"],
] as const;

it.each(published)("shows %s as %s", (pan, shown) => {
	expect(redactText(`card ${pan}, read`)).toBe(`card ${shown}, read`);
});

it.each([
	["4111 1111 1111 1111", "4111 11** **** 1111"],
	["4111-1111-1111-1111", "4111-11**-****-1111"],
	["3782 822463 10005", "3782 82**** *0005"],
	[";4111111111111111=30122010000012345678?", ";411111******1111=[masked]?"],
	["4111111111111111D3012201000001234567F", "411111******1111=[masked]"],
	["%B4111111111111111^DOE/JOHN^30122010000000000?", "%B411111******1111^[masked]?"],
	["34313131313131313131313131313131", "343131313131************31313131"],
	["34 31 31 31 31 31 31 31 31 31 31 31 31 31 31 31", "343131313131************31313131"],
	["343131313131313131313131313131313D33303132323031", "343131313131************313131313D[masked]"],
	["F4F1F1F1F1F1F1F1F1F1F1F1F1F1F1F1", "F4F1F1F1F1F1************F1F1F1F1"],
	["41 11 11 11 11 11 11 11", "41 11 11 ** ** ** 11 11"],
])("masks %s", (text, shown) => {
	expect(redactText(text)).toBe(shown);
});

it.each([
	"txn_01KAXQ9M5T7Z3NDEKTSV4RRFFQ",
	"at 1795613445707 ms, 2026-11-25T10:42:24.123+08:00",
	"retrieval reference 123456789012, STAN 000123, KCV 8CA64D",
	"550e8400-e29b-41d4-a716-446655440000",
	"terminal 12345678 merchant 123456789012345",
	"4111111111111112 fails its check digit",
])("leaves alone: %s", (text) => {
	expect(redactText(text)).toBe(text);
});

it("leaves ids alone", () => {
	for (let turn = 0; turn < 10_000; turn++) {
		const id = randomId("txn_");
		expect(redactText(id)).toBe(id);
	}
});

it.each([
	"pan",
	"track2",
	"pinBlock",
	"pin_block",
	"key",
	"macKey",
	"tmk",
	"cryptogram",
	"token",
	"accessToken",
	"Authorization",
	"passphrase",
	"set-cookie",
])("masks a field named %s whole", (name) => {
	expect(redact({ [name]: "0123", deep: [{ [name]: { a: 1 } }] })).toEqual({
		[name]: "[masked]",
		deep: [{ [name]: "[masked]" }],
	});
});

it.each(["idempotencyKey", "kcv", "keySlot", "maskedPan", "keyboard"])("shows a field named %s", (name) => {
	expect(redact({ [name]: "0123" })).toEqual({ [name]: "0123" });
});

it("never shows bytes", () => {
	const bytes = Uint8Array.of(1, 2, 3);
	expect(redact({ bytes, view: new DataView(bytes.buffer), buffer: bytes.buffer, node: Buffer.from(bytes) })).toEqual({
		bytes: "[3 bytes]",
		view: "[3 bytes]",
		buffer: "[3 bytes]",
		node: "[3 bytes]",
	});
});

it("walks errors and their causes", () => {
	const cause = new Error("host said 4111111111111111");
	const fault = new Fault("internal", { detail: "bad 4111111111111111", context: { lane: "1" }, cause });
	expect(redact(fault)).toEqual({
		code: "internal",
		message: "bad 411111******1111",
		lane: "1",
		cause: expect.objectContaining({ name: "Error", message: "host said 411111******1111" }),
	});
	expect(JSON.stringify(redact(fault))).not.toContain("4111111111111111");
});

it("ends on circles and depth", () => {
	const circle: Record<string, unknown> = {};
	circle["self"] = circle;
	expect(redact(circle)).toEqual({ self: "[circular]" });
	let deep: unknown = "4111111111111111";
	for (let level = 0; level < 100; level++) {
		deep = [deep];
	}
	expect(JSON.stringify(redact(deep))).toContain("[deep]");
});

it("keeps everything else as it is", () => {
	const plain = { a: 1, b: true, c: null, d: "x", e: [1, "y"], f: undefined, g: new Date(0) };
	expect(redact(plain)).toEqual({ ...plain, g: "1970-01-01T00:00:00.000Z" });
	expect(redact([new Set(["x"]), new Map([["k", 1]]), 10n, () => 1])).toEqual([["x"], { k: 1 }, "10", "[function]"]);
});

const digits = (length: number): fc.Arbitrary<string> =>
	fc.string({ unit: fc.constantFrom(..."0123456789".split("")), minLength: length, maxLength: length });

function withCheckDigit(body: string): string {
	const check = "0123456789".split("").find((digit) => passes(body + digit));
	return `${body}${check}`;
}

/** ISO/IEC 7812-1, written another way than the code under test. */
function passes(number: string): boolean {
	const doubled = [0, 2, 4, 6, 8, 1, 3, 5, 7, 9];
	const sum = number
		.split("")
		.toReversed()
		.reduce((total, digit, place) => {
			const value = Number(digit);
			return total + (place % 2 === 1 ? (doubled[value] ?? 0) : value);
		}, 0);
	return sum % 10 === 0;
}

const pan = fc
	.integer({ min: 13, max: 19 })
	.chain((length) => digits(length - 1))
	.map(withCheckDigit)
	.filter(looksLikePan);

const hexOf = (text: string): string => Buffer.from(text, "latin1").toString("hex");
const disguises: readonly ((pan: string) => string)[] = [
	(pan) => pan,
	(pan) => pan.replaceAll(/(.{4})(?=.)/g, "$1 "),
	(pan) => pan.replaceAll(/(.{4})(?=.)/g, "$1-"),
	(pan) => `;${pan}=30122011234567?`,
	(pan) => `%B${pan}^DOE/JOHN^30122011234567?`,
	(pan) => `${pan}D30122011234567`,
	(pan) => `${pan.length}${pan}`,
	(pan) => hexOf(pan),
	(pan) => hexOf(`;${pan}=3012201`),
];

/** Digits of a text however they are disguised: plain with groups, and as hex of ASCII. */
function survives(text: string, number: string): boolean {
	const plain = text.replaceAll(/(?<=\d)[ -](?=\d)/g, "");
	return plain.includes(number) || text.includes(hexOf(number));
}

it("lets no account number survive, however it is written", () => {
	fc.assert(
		fc.property(pan, fc.constantFrom(...disguises), fc.constantFrom("", " ", "x", ", "), (number, disguise, beside) => {
			const shown = redactText(`card${beside}${disguise(number)}${beside}end`);
			expect(survives(shown, number)).toBe(false);
			expect(redactText(shown)).toBe(shown);
		}),
		runs,
	);
});

it("lets no account number survive in any nesting", () => {
	const place = fc.constantFrom<(inner: unknown) => unknown>(
		(inner) => [inner],
		(inner) => ({ note: inner }),
		(inner) => ({ [`on ${String(inner)}`]: 1 }),
		(inner) => new Error(String(inner)),
		(inner) => new Error("outer", { cause: inner }),
		(inner) => new Fault("internal", { detail: String(inner), cause: inner }),
		(inner) => new Map([["x", inner]]),
		(inner) => new Set([inner]),
		(inner) => ({ toJSON: () => inner }),
	);
	fc.assert(
		fc.property(pan, fc.array(place, { maxLength: 6 }), fc.boolean(), (number, places, asNumber) => {
			const seed: unknown = asNumber ? BigInt(number) : number;
			const shown = JSON.stringify(redact(places.reduce((inner, wrap) => wrap(inner), seed)));
			expect(shown).not.toContain(number);
		}),
		runs,
	);
});

it("keeps first six and last four of a number that stands alone", () => {
	fc.assert(
		fc.property(pan, (number) => {
			const shown = redactText(`<${number}>`);
			expect(shown).toBe(`<${number.slice(0, 6)}${"*".repeat(number.length - 10)}${number.slice(-4)}>`);
		}),
		runs,
	);
});
