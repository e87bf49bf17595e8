import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Codec } from "../../src/iso8583/codec.ts";
import type { FieldValue, Message } from "../../src/iso8583/message.ts";
import type { FieldSpec } from "../../src/iso8583/message-spec.ts";
import { isFault } from "../../src/kernel/fault.ts";
import { equalBytes, fromLatin1, latin1 } from "../../src/wire/bytes.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";
import { mSeriesPrefixBytes, readMSeries, readWorkloads } from "../support/iso8583-fixtures.ts";
import { shippedCodec } from "../support/message-spec.ts";
import { present } from "../support/present.ts";

const unionpay = shippedCodec("unionpay");
const iso87 = shippedCodec("iso87-ascii");

describe("synthetic UnionPay messages", () => {
	for (const sample of readMSeries()) {
		const body = fromHex(sample.hex).slice(mSeriesPrefixBytes);

		test(`${sample.id} decodes to its fields and encodes to its bytes`, () => {
			const message = unionpay.decode(body);
			expect(message.mti).toBe(sample.mti);
			expect(
				Object.fromEntries(
					Object.entries(message.fields).map(([field, value]) => [field, text(unionpay, field, value)]),
				),
			).toEqual(Object.fromEntries(Object.entries(sample.fields).map(([field, { value }]) => [field, value])));
			expect(toHex(unionpay.encode(message))).toBe(toHex(body));
		});

		test(`${sample.id} cut at every byte is refused`, () => {
			for (let cut = 0; cut < body.length; cut++) {
				expect(() => unionpay.decode(body.slice(0, cut)), `cut at ${cut}`).toThrow(
					expect.objectContaining({ code: "message_invalid" }),
				);
			}
		});
	}

	test.each(readMSeries().filter(({ mac }) => mac))("$id is sealed with its MAC", ({ hex }) => {
		const body = fromHex(hex).slice(mSeriesPrefixBytes);
		const { macInput, mac } = present(unionpay.splitMac(body), "MAC");
		const unsealed = unionpay.encodeUnsealed(unionpay.decode(body));
		expect(toHex(unsealed.macInput)).toBe(toHex(macInput));
		expect(toHex(unsealed.seal(mac))).toBe(toHex(body));
	});
});

test.each([
	["the first bitmap is enough", { 3: "000000", 11: "000123" }, 64],
	["a second bitmap is needed", { 11: "000123", 70: "301" }, 128],
])("an ASCII table writes its MAC as hex text when %s", (_, fields, macField) => {
	const mac = fromHex("1122334455667788");
	const sealed = iso87.encodeUnsealed({ mti: "0800", fields }).seal(mac);
	expect(toHex(sealed)).toBe(toHex(iso87.encode({ mti: "0800", fields: { ...fields, [macField]: mac } })));
	expect(fromLatin1(sealed)).toMatch(/1122334455667788$/);
	expect(iso87.splitMac(sealed)?.mac).toEqual(mac);
});

test("workload A encodes and decodes byte-exact", () => {
	const { hex, fields } = readWorkloads().A;
	const message = messageOf(fields, ["52", "64"]);
	expect(toHex(unionpay.encode(message))).toBe(hex.toUpperCase());
	expect(toHex(unionpay.encode(unionpay.decode(fromHex(hex))))).toBe(hex.toUpperCase());
});

test("workload B encodes and decodes byte-exact", () => {
	const { hex, fields } = readWorkloads().B;
	expect(toHex(iso87.encode(messageOf(fields, [])))).toBe(hex.toUpperCase());
	expect(iso87.decode(fromHex(hex)).fields[37]).toBe(fields["37"]);
	expect(toHex(iso87.encode(iso87.decode(fromHex(hex))))).toBe(hex.toUpperCase());
});

describe.each([unionpay, iso87])("the $spec.name table", (codec) => {
	test("decodes what it encoded", () => {
		fc.assert(
			fc.property(messages(codec), (message) => {
				const decoded = codec.decode(codec.encode(message));
				expect(decoded.mti).toBe(message.mti);
				for (const [field, value] of Object.entries(message.fields)) {
					const read = present(decoded.fields[Number(field)], `DE ${field}`);
					expect(fromValue(read)).toBe(fromValue(value));
				}
			}),
			{ numRuns: 10_000 },
		);
	}, 60_000);

	test("refuses malformed bytes with one code and never crashes", () => {
		fc.assert(
			fc.property(
				messages(codec),
				fc.array(fc.tuple(fc.nat(400), fc.nat(255)), { minLength: 1, maxLength: 4 }),
				(message, edits) => {
					const bytes = codec.encode(message);
					for (const [at, byte] of edits) {
						bytes[at % bytes.length] = byte;
					}
					expectMessageOrFault(codec, bytes);
				},
			),
			{ numRuns: 10_000 },
		);
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 200 }), (bytes) => expectMessageOrFault(codec, bytes)),
			{ numRuns: 10_000 },
		);
	}, 60_000);
});

test("a length above the table's maximum is refused, even when the bytes are there", () => {
	// DE 32 holds at most eleven digits; this one says twelve and brings them.
	const body = fromHex("0200000000010000000012123456789012");
	expect(() => unionpay.decode(body)).toThrow(
		expect.objectContaining({ code: "message_invalid", context: expect.objectContaining({ field: 32 }) }),
	);
});

test("errors name the field and the byte", () => {
	const body = fromHex("02002000000000000000123A56");
	expect(() => unionpay.decode(body)).toThrow(
		expect.objectContaining({
			code: "message_invalid",
			context: { field: 3, name: "processing code", offset: 10 },
		}),
	);
});

test("a description shows no card data, and nothing the table does not know", () => {
	const message: Message = {
		mti: "0200",
		fields: {
			2: "6222020123456789",
			3: "000000",
			35: "6222020123456789D30122010000000000",
			52: fromHex("67A5670FEF15294E"),
			99: "x",
		},
	};
	const shown = unionpay.describe(message);
	expect(shown.find(({ field }) => field === 2)?.shown).toBe("622202******6789");
	expect(shown.find(({ field }) => field === 3)?.shown).toBe("000000");
	expect(shown.find(({ field }) => field === 35)?.shown).toBe("(34 hidden)");
	expect(shown.find(({ field }) => field === 52)?.shown).toBe("(8 hidden)");
	expect(shown.find(({ field }) => field === 99)?.shown).toBe("(1 hidden)");
});

test("sensitive values are bytes that can be wiped", () => {
	const { fields } = readWorkloads().A;
	const decoded = unionpay.decode(fromHex(readWorkloads().A.hex));
	expect(decoded.fields[2]).toEqual(latin1(fields["2"] ?? ""));
	expect(decoded.fields[35]).toBeInstanceOf(Uint8Array);
	expect(typeof decoded.fields[41]).toBe("string");
});

test("refuses to encode what the table cannot hold", () => {
	const cases: readonly Message[] = [
		{ mti: "02x0", fields: {} },
		{ mti: "0200", fields: { 3: "00000A" } },
		{ mti: "0200", fields: { 4: "1234567890123" } },
		{ mti: "0200", fields: { 8: "11220419" } },
		{ mti: "0200", fields: { 65: "1" } },
		{ mti: "0200", fields: { 64: new Uint8Array(7) } },
	];
	for (const message of cases) {
		expect(() => unionpay.encode(message)).toThrow(expect.objectContaining({ code: "message_invalid" }));
	}
});

function expectMessageOrFault(codec: Codec, bytes: Uint8Array): void {
	try {
		const message = codec.decode(bytes);
		expect(equalBytes(latin1(message.mti), latin1(message.mti.slice(0, 4)))).toBe(true);
	} catch (error) {
		if (!isFault(error, "message_invalid")) {
			throw error;
		}
	}
}

function messages(codec: Codec): fc.Arbitrary<Message> {
	const entries = Object.entries(codec.spec.fields).map(
		([field, spec]) => [field, fc.option(valueOf(spec), { nil: undefined, freq: 2 })] as const,
	);
	return fc
		.record({ mti: fc.constantFrom("0200", "0210", "0400", "0800"), fields: fc.record(Object.fromEntries(entries)) })
		.map(({ mti, fields }) => ({
			mti,
			fields: Object.fromEntries(
				Object.entries(fields).flatMap(([field, value]) => (value === undefined ? [] : [[field, value]])),
			),
		}));
}

const alphabets: Readonly<Record<FieldSpec["content"], string>> = {
	n: "0123456789",
	an: "09AZaz ",
	ans: "09AZaz \u00b7\u00ff{",
	z: "0123456789D",
	b: "\u0000\u0003\u007f\u00ff",
};

function valueOf(spec: FieldSpec): fc.Arbitrary<FieldValue> {
	const most = Object.values(spec.length)[0] ?? 0;
	const least = "fixed" in spec.length ? most : 0;
	const characters = alphabets[spec.content].split("");
	return fc
		.array(fc.constantFrom(...characters), { minLength: least, maxLength: Math.max(least, Math.min(most, 40)) })
		.map((run) => run.join(""))
		.map((run) => (spec.content === "b" ? latin1(run) : run));
}

function messageOf(fields: Readonly<Record<string, string>>, binary: readonly string[]): Message {
	const { "0": mti, ...rest } = fields;
	return {
		mti: mti ?? "",
		fields: Object.fromEntries(
			Object.entries(rest).map(([field, value]) => [field, binary.includes(field) ? fromHex(value) : value]),
		),
	};
}

function fromValue(value: FieldValue): string {
	return typeof value === "string" ? value : fromLatin1(value);
}

/** As the fixture writes it: binary fields as hex, except the MAC, which is text. */
function text(codec: Codec, field: string, value: FieldValue): string {
	const binary = codec.spec.fields[field]?.content === "b" && field !== "64" && field !== "62";
	return binary && typeof value !== "string" ? toHex(value) : fromValue(value);
}
