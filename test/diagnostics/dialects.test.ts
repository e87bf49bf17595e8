import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { Dialect, Direction } from "../../src/diagnostics/dialect.ts";
import { escposDialect } from "../../src/diagnostics/dialects/escpos.ts";
import { hostDialect } from "../../src/diagnostics/dialects/host.ts";
import { kmyDialect } from "../../src/diagnostics/dialects/kmy.ts";
import { visaDialect } from "../../src/diagnostics/dialects/visa.ts";
import { type Bytes, concatBytes, fromLatin1, latin1 } from "../../src/wire/bytes.ts";
import type { Frame, Framing } from "../../src/wire/framing.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";
import { kmyFraming } from "../../src/wire/kmy-framing.ts";
import { lengthPrefixFraming } from "../../src/wire/length-prefix-framing.ts";
import { visaFraming } from "../../src/wire/visa-framing.ts";
import { mSeriesPrefixBytes, readMSeries } from "../support/iso8583-fixtures.ts";
import { shippedCodec } from "../support/message-spec.ts";

const runs = { numRuns: 10_000 };
const data = (payload: Uint8Array): Frame => ({ kind: "data", payload: Uint8Array.from(payload) });

function kinds(framing: Framing, bytes: Uint8Array): readonly string[] {
	return framing
		.decoder()
		.push(bytes)
		.map(({ kind }) => kind);
}

/** One frame alone, then what it shows read again. */
function twice(dialect: Dialect, direction: Direction, frame: Frame, before?: Frame): readonly Bytes[] {
	const read = (each: Frame): Bytes => {
		const interpreter = dialect.interpreter();
		if (before !== undefined) {
			interpreter.read("out", before);
		}
		return interpreter.read(direction, each).bytes;
	};
	const first = read(frame);
	const again = dialect.framing?.decoder().push(first)[0] ?? data(first);
	return [first, read(again)];
}

describe("KMY", () => {
	const secret = "46F161A743497B32EAC760DF5EA57DF5";

	test.each([
		["load working key", "33", `0040${secret}`, "0040"],
		["load master key", "32", `05${secret}`, "05"],
		["PAN digits", "34", toHex(latin1("202012345678")), ""],
		["MAC", "41", "AD6E15BD02AE5174", ""],
		["encrypt", "36", "0102030405060708", ""],
		["a command nobody knows", "77", secret, ""],
	])("%s shows only what is no secret", (_, command, content, open) => {
		const payload = fromHex(command + content);
		const { bytes, says } = kmyDialect.interpreter().read("out", data(payload));
		const [frame] = kmyFraming.decoder().push(bytes);
		expect(frame).toEqual(data(fromHex(command + open + "30".repeat(payload.length - 1 - open.length / 2))));
		expect(says).toContain("hidden");
	});

	test.each([
		["42", "0467A5670FEF15294E", "043030303030303030"],
		["33", "04900ECCE3", "04900ECCE3"],
		["41", "042AFA3C4096568579", "042AFA3C4096568579"],
		["77", "0467A5670FEF15294E", "043030303030303030"],
	])("the answer to %s", (command, answer, shown) => {
		const interpreter = kmyDialect.interpreter();
		interpreter.read("out", data(fromHex(command)));
		const { bytes } = interpreter.read("in", data(fromHex(answer)));
		expect(kmyFraming.decoder().push(bytes)).toEqual([data(fromHex(shown))]);
	});

	test("an answer to nothing shows its status alone", () => {
		const { bytes } = kmyDialect.interpreter().read("in", data(fromHex("0467A5670FEF15294E")));
		expect(kmyFraming.decoder().push(bytes)).toEqual([data(fromHex("043030303030303030"))]);
	});

	test("every payload keeps its length, and what is shown is shown unchanged", () => {
		fc.assert(
			fc.property(
				fc.uint8Array({ minLength: 1, maxLength: 300 }),
				fc.uint8Array({ minLength: 1, maxLength: 4 }),
				fc.constantFrom("in" as const, "out" as const),
				(payload, before, direction) => {
					const [first, second] = twice(kmyDialect, direction, data(payload), data(before));
					expect(first).toHaveLength(kmyFraming.encode(payload).length);
					expect(second).toEqual(first);
				},
			),
			runs,
		);
	});
});

describe("VISA", () => {
	const pan = "6222020123456789";
	const key = "46F161A743497B32EAC760DF5EA57DF5";
	const text = (frame: string): string => {
		const { bytes } = visaDialect.interpreter().read("out", data(latin1(frame)));
		const [again] = visaFraming.decoder().push(bytes);
		return again?.kind === "data" ? fromLatin1(again.payload) : `${again?.kind}`;
	};

	test.each([
		[`\x0202F${key}`, `\x0202F${"0".repeat(32)}`],
		[`\x02Z60.${pan}\x1c${key}`, `\x02Z60.${"0".repeat(16)}\x1c${"0".repeat(32)}`],
		[`\x0270.${pan}\x1c${key}12.50`, `\x0270.${"0".repeat(16)}\x1c${"0".repeat(37)}`],
		["\x0271.00401E6F1A743497B32EA", `\x0271.00401${"0".repeat(16)}`],
		["\x02710FFFF9876543210E00008E6F1A743497B32EA", `\x02710${"0".repeat(36)}`],
		[`\x02Z667000\x1c${key}\x1c\x1c${pan}`, `\x02Z667000\x1c${"0".repeat(32)}\x1c\x1c${"0".repeat(16)}`],
		["\x0f0612345678", "\x0f0612345678"],
		["\x02Z2\x1aTHANK YOU", "\x02Z2\x1aTHANK YOU"],
		[`\x02Q9${pan}`, `\x02Q9${"0".repeat(16)}`],
	])("%j", (frame, shown) => {
		expect(text(frame)).toBe(shown);
	});

	test("every packet keeps its length, and what is shown is shown unchanged", () => {
		const character = fc.constantFrom(...Array.from("0123456789ABCDEFZ.?F \x1c\x1a"));
		const ids = fc.constantFrom(
			"01",
			"02",
			"04",
			"06",
			"70.",
			"71",
			"71.0",
			"73.",
			"90",
			"Z2",
			"Z60.",
			"Z63.",
			"Z66",
			"Z67",
			"",
		);
		fc.assert(
			fc.property(
				ids,
				fc.string({ unit: character, maxLength: 80 }),
				fc.constantFrom("\x02", "\x0f"),
				(id, rest, mark) => {
					const payload = latin1(mark + id + rest);
					const [first, second] = twice(visaDialect, "in", data(payload));
					expect(first).toHaveLength(payload.length + 2);
					expect(second).toEqual(first);
				},
			),
			runs,
		);
	});
});

describe.each([
	["KMY", kmyDialect, kmyFraming, latin1("\x02090467A5670FEF15294E3B\x03")],
	["VISA", visaDialect, visaFraming, concatBytes(latin1("\x0271.00401E6F1A743497B32EA\x03"), Uint8Array.of(0x55))],
] as const)("damaged frames of %s", (_, dialect, framing, frame) => {
	test.each(frame.keys().toArray())(
		"cut or changed at byte %i stay damaged, of the same length, with nothing in them",
		(at) => {
			const changed = frame.map((byte, index) => (index === at ? byte ^ 0x01 : byte));
			for (const damaged of [changed, concatBytes(frame.subarray(0, at), frame.subarray(at + 1))]) {
				const pieces = framing.decoder().push(damaged);
				const shown = pieces.map((piece) => dialect.interpreter().read("in", piece).bytes);
				const lengths = pieces.map((piece) => (piece.kind === "garbage" ? piece.bytes.length : 0));
				const garbage = shown.filter((_, index) => pieces[index]?.kind === "garbage");
				expect(garbage.map(({ length }) => length)).toEqual(lengths.filter((length) => length > 0));
				expect(garbage.flatMap((bytes) => kinds(framing, bytes))).not.toContain("data");
				expect(shown.map(fromLatin1).join(" ")).not.toMatch(/A5670FEF1529|F1A743497B32/);
			}
		},
	);
});

describe("ISO 8583", () => {
	const codec = shippedCodec("unionpay");
	const dialect = hostDialect({
		name: "unionpay",
		codec,
		framing: lengthPrefixFraming({ maxPayload: 2_048 }),
		prefixBytes: 11,
	});
	const prefix = new Uint8Array(11);
	const show = (payload: Uint8Array): Bytes => dialect.interpreter().read("out", data(payload)).bytes;
	const card = {
		2: latin1("6222020123456789"),
		35: latin1("6222020123456789D3012201"),
		52: fromHex("67A5670FEF15294E"),
	};

	test("is as long as before, decodes, and has lost what its table marks", () => {
		const message = { mti: "0200", fields: { 3: "000000", 4: "000000001250", 11: "000001", ...card } };
		const payload = concatBytes(prefix, codec.encode(message));
		const shown = show(payload);
		expect(shown).toHaveLength(payload.length + 2);
		const { fields } = codec.decode(shown.slice(13));
		expect(fields[4]).toBe("000000001250");
		expect(fields[2]).toEqual(latin1("6222020000006789"));
		expect(fields[35]).toEqual(latin1("0".repeat(24)));
		expect(fields[52]).toEqual(new Uint8Array(8));
		expect(show(shown.slice(2))).toEqual(shown);
	});

	test("a message that cannot be read shows nothing but its length", () => {
		const payload = concatBytes(prefix, latin1("0200garbage 6222020123456789"));
		expect(show(payload)).toEqual(
			concatBytes(Uint8Array.of(0, payload.length), prefix, latin1("0".repeat(payload.length - 11))),
		);
	});

	test("messages of all kinds are masked once and for ever", () => {
		for (const { hex } of readMSeries()) {
			const message = fromHex(hex).slice(mSeriesPrefixBytes - 11);
			const shown = show(message);
			expect(shown).toHaveLength(message.length + 2);
			expect(show(shown.slice(2))).toEqual(shown);
		}
	});
});

test("slips keep their letters and lose their digits; commands stay", () => {
	const slip = concatBytes(
		fromHex("1B401D2848060030303030303112"),
		latin1("CARD 6222020123456789 AMOUNT 12.50\n"),
		fromHex("1D564200"),
	);
	const { bytes } = escposDialect.interpreter().read("out", data(slip));
	expect(bytes).toHaveLength(slip.length);
	expect(fromLatin1(bytes)).toContain("CARD 0000000000000000 AMOUNT 00.00\n");
	expect(bytes.slice(0, 14)).toEqual(slip.slice(0, 14));
	expect(escposDialect.interpreter().read("out", data(bytes)).bytes).toEqual(bytes);
});
