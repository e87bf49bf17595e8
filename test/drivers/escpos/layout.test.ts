import { transform } from "receiptline";
import { describe, expect, test } from "vitest";
import { layoutSlip } from "../../../src/drivers/escpos/layout.ts";
import { holdsRealTimeCommand, withoutRealTimeDots } from "../../../src/drivers/escpos/picture.ts";
import { printableGbk } from "../../../src/drivers/escpos/printable.ts";
import { fromLatin1 } from "../../../src/wire/bytes.ts";
import { toHex } from "../../../src/wire/hex.ts";
import { salesSlip } from "../../support/sales-slip.ts";

const chinese = { columns: 32, encoding: "gb18030", commandSet: "escpos" } as const;
const commandSets = ["escpos", "generic", "citizen", "fit"] as const;

/** A grey ramp (PNG, 96 x 40), whose dithered dots happen to hold 10 04. */
const ramp =
	"iVBORw0KGgoAAAANSUhEUgAAAGAAAAAoCAYAAAABk/85AAAAwElEQVR4Ae3BQQEDQRDDMHv4A1tW1wZFPpF87338qYRKqKiESqiEikqohEqoqIRKqISKSqiESqiohEqohIpKqIRKqKiESqiEikqohEqoqIRKqISKSqiESqiohEqohIpKqIRKqKiESqgcU3VM1TFVx1QdU3VM1TFVx1QdU3VM1TFVx1QdU3VM1TFVx1QdU3VM1TFVx1QdU3VM1TFVx1QdU3VM1TFVx1QdU3VM1TFVx1QdU3VM1TFVx1QdU3VM1TFVPyckBEkVAr3aAAAAAElFTkSuQmCC";

const fourByteCode = /[\x81-\xfe][0-9][\x81-\xfe][0-9]/;

const laidOut = (markup: string, options: Parameters<typeof layoutSlip>[1] = chinese): string =>
	fromLatin1(layoutSlip(markup, options));

const occurrences = (output: string, ...commands: readonly string[]): readonly number[] =>
	commands.map((command) => output.split(command).length - 1);

test("a sales slip in Chinese, byte by byte", () => {
	const { markup, hex } = salesSlip();
	expect(toHex(layoutSlip(markup, chinese))).toBe(hex);
});

describe.each(commandSets)("command set %s", (commandSet) => {
	const options = { ...chinese, commandSet };

	test("begins with ESC @ and automatic status on, and never speaks of status again", () => {
		const output = laidOut("a\n-\nb", options);
		expect(output.startsWith("\x1b@\x1da\xff")).toBe(true);
		expect(occurrences(output, "\x1da", "\x1dr", "\x1dI", "\x10\x04")).toEqual([1, 0, 0, 0]);
	});

	test.each(["", "a", "=", "a\n=\nb", "a\n=\n=\n===\nb\n=", "{border:line}\na|b\n=\nc|d\n="])(
		"cuts %j once, at the end",
		(markup) => {
			const output = laidOut(markup, options);
			expect(occurrences(output, "\x1dV", "\x1bi", "\x1bm")).toEqual([1, 0, 0]);
			expect(output.endsWith("\x1dVB\x00")).toBe(true);
		},
	);

	test("draws tables in ASCII", () => {
		const output = laidOut("{border:line;width:4,4}\na|b\n-\nc|d\n{border:space}", options);
		expect(output.match(/\+----\+----\+/g)).toHaveLength(3);
		expect(output).not.toMatch(/[\x80-\xff]{2}.*\n/);
	});

	test("sends a picture whose dots spell a command", () => {
		const plain = transform(`{image:${ramp}}`, { cpl: 48, encoding: "gb18030", command: commandSet, cutting: false });
		expect(holdsRealTimeCommand(plain)).toBe(true);
		expect(holdsRealTimeCommand(laidOut(`{image:${ramp}}`, options))).toBe(false);
	});
});

test("the dots of a picture change by one at most, and nothing around them", () => {
	const strip = (dots: string): string => `\x10\x04\x1dv0\x00\x02\x00\x02\x00${dots}\x10\x05`;
	expect(withoutRealTimeDots(strip("\x10\x04\x10\x10"))).toBe(strip("\x10\x06\x10\x10"));
	expect(withoutRealTimeDots(strip("\x04\x10\x14\x00"))).toBe(strip("\x04\x10\x16\x00"));
	expect(withoutRealTimeDots(strip("\x10\x10\x05\x05"))).toBe(strip("\x10\x10\x07\x05"));
});

describe("what the printer would obey", () => {
	test.each([
		["{command:\\x1bp\\x00\\x19\\xfa}", "raw_command"],
		["{code:\\x10\\x04\\x01;option:code128}", "real_time_bytes"],
	])("%j is refused", (markup, extended) => {
		expect(() => layoutSlip(markup, chinese)).toThrow(expect.objectContaining({ code: "E_ILLEGAL", extended }));
	});

	test("control characters in text do not reach the printer", () => {
		expect(laidOut("a\\x1b\\x70\x1bpb")).toContain("ap?pb\n");
	});

	test("a picture that is none is refused", () => {
		expect(() => layoutSlip("{image:AAAA}", chinese)).toThrow(expect.objectContaining({ code: "E_ILLEGAL" }));
	});
});

describe("characters a Chinese printer lacks", () => {
	test.each([
		["中文 ABC ￥€", "中文 ABC ￥€"],
		["¥5", "￥5"],
		["© ® • −", "(c) (R) · -"],
		["ñ ş", "n s"],
		["e\u0301", "é"],
		["𠮷🙂", "??"],
		["₩", "?"],
		["\uE000", "?"],
	])("%s becomes %s", (text, printable) => {
		expect(printableGbk(text)).toBe(printable);
	});

	test("named by their code are treated alike", () => {
		expect(laidOut("\\xa55")).toContain("\xa3\xa45\n");
	});

	test("no four-byte code leaves", () => {
		const planeZero = Array.from({ length: 0xffff - 0xa0 }, (_, index) => String.fromCodePoint(0xa0 + index));
		const lines = laidOut(planeZero.join("\n"))
			.split("\n")
			.map((line) => line.slice(line.lastIndexOf("\x1c&") + 2));
		expect(lines.filter((line) => fourByteCode.test(line))).toEqual([]);
	});
});

test("other encodings name their code page", () => {
	expect(laidOut("é€", { ...chinese, encoding: "cp858" })).toContain("\x1bt\x13\x82\xd5\n");
	expect(laidOut("é€", { ...chinese, encoding: "cp1252" })).toContain("\x1bt\x10\xe9\x80\n");
	expect(laidOut("é", { ...chinese, encoding: "cp437" })).toContain("\x1bt\x00\x82\n");
});
