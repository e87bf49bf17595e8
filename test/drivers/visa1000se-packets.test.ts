import { readFileSync } from "node:fs";
import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { z } from "zod";
import { identityOf } from "../../src/drivers/visa1000se/identity.ts";
import { initialKeyPacket, masterKeyPacket } from "../../src/drivers/visa1000se/key-packets.ts";
import { type VisaOptions, visaOptionsSchema } from "../../src/drivers/visa1000se/options.ts";
import type { Packet } from "../../src/drivers/visa1000se/packet.ts";
import { packets } from "../../src/drivers/visa1000se/packets.ts";
import { panOf } from "../../src/drivers/visa1000se/pan.ts";
import { type PinAsked, pinPacket } from "../../src/drivers/visa1000se/pin-packets.ts";
import { readPinReply } from "../../src/drivers/visa1000se/pin-reply.ts";
import { fromLatin1, latin1 } from "../../src/wire/bytes.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";
import { visaFraming } from "../../src/wire/visa-framing.ts";
import { present } from "../support/present.ts";

const { frames } = z
	.object({ frames: z.array(z.object({ description: z.string(), hex: z.string() })) })
	.parse(JSON.parse(readFileSync(new URL("../fixtures/visa1000se/frames.json", import.meta.url), "utf8")));

const golden = (start: string): string =>
	present(
		frames.find(({ description }) => description.startsWith(start)),
		start,
	).hex;
const textOf = (start: string): string => fromLatin1(fromHex(golden(start)).slice(1, -2));
const written = ({ payload }: Packet): string => toHex(visaFraming.encode(payload));
const withOptions = (options: Record<string, unknown>): VisaOptions => visaOptionsSchema.parse(options);

const asked: PinAsked = {
	pan: "4111111111111111",
	workingKey: "0123456789ABCDEF",
	minLength: 4,
	maxLength: 12,
	amount: "12.50",
	timeoutMs: 60_000,
};
const key = { form: "clear", key: fromHex("0123456789ABCDEF") } as const;
const ipek = { form: "clear", key: fromHex("6AC292FAA1315B4D858AB3A3D7D5933A") } as const;

describe("packets are written as the public examples", () => {
	const verifone = withOptions({});
	const session = withOptions({ pinPacket: "70" });
	test.each([
		["06 read serial number", packets.serialNumber],
		["01 diagnostics, item 06", packets.diagnose("06")],
		["04 check key slot 7", packets.checkSlot("7")],
		["08 select master key 7", packets.selectMasterKey("7")],
		["72 cancel", packets.cancel],
		["Z1 return to idle", packets.idle],
		["Z2 display ENTER PIN", packets.showText("ENTER PIN")],
		["02 load key, slot 7", masterKeyPacket(verifone, { kind: "master", slot: 7 }, key)],
		[
			"90 load DUKPT initial key",
			initialKeyPacket(verifone, 0, {
				place: { kind: "initial", engine: 0 },
				delivery: ipek,
				ksn: fromHex("FFFF9876543210E00000"),
			}),
		],
		["70 PIN entry master/session", pinPacket(session, asked)],
		["Z60 PIN entry master/session", pinPacket(withOptions({ pinPacket: "Z60" }), asked)],
	])("%s", (start, packet) => {
		expect(written(packet)).toBe(golden(start));
	});

	test("Z63 differs from its example in allowing for no PIN", () => {
		expect(fromLatin1(pinPacket(verifone, asked).payload)).toBe(`\x02${textOf("Z63").replace("N*", "Y*")}`);
	});
});

describe("PIN packets", () => {
	const text = (options: Record<string, unknown>, changes: Partial<PinAsked> = {}): string =>
		fromLatin1(pinPacket(withOptions(options), { ...asked, ...changes }).payload.slice(1));
	const dukpt = { workingKey: undefined };

	test.each([
		["UIC's limit is the next step of 30 s", { dialect: "uic" }, {}, "Z60.4111111111111111\x1c0123456789ABCDEF\x1c3"],
		[
			"at most nine of them",
			{ dialect: "uic" },
			{ timeoutMs: 900_000 },
			"Z60.4111111111111111\x1c0123456789ABCDEF\x1c9",
		],
		["UIC's DUKPT", { dialect: "uic" }, dukpt, "Z60.4111111111111111\x1c3"],
		["UIC's DUKPT by 70", { dialect: "uic", pinPacket: "70" }, dukpt, "70.4111111111111111\x1cD12.50\x1c3"],
		["VeriFone's DUKPT", {}, dukpt, "Z63.4111111111111111\x1cDUKPT ENCRYPTION0412Y*"],
		["VeriFone's DUKPT by Z60", { pinPacket: "Z60" }, dukpt, "Z60.4111111111111111\x1cDUKPT ENCRYPTION"],
		["lengths the pad knows", {}, { minLength: 1, maxLength: 14 }, "Z63.4111111111111111\x1c0123456789ABCDEF0412Y*"],
		[
			"an amount too long to show",
			{ pinPacket: "70" },
			{ amount: "1234567.89" },
			"70.4111111111111111\x1c0123456789ABCDEF",
		],
	])("%s", (_, options, changes, expected) => {
		expect(text(options, changes)).toBe(expected);
	});

	test("Z63 is VeriFone's", () => {
		expect(() => text({ dialect: "uic", pinPacket: "Z63" })).toThrow(expect.objectContaining({ code: "E_ILLEGAL" }));
	});

	test("the check digit of a public test number comes out again", () => {
		expect(panOf(latin1("422222222222"))).toBe("4222222222222");
		expect(panOf(latin1("000000000000"))).toBe("0000000000000");
	});
});

describe("PIN replies", () => {
	const pinBlock = fromHex("0123456789ABCDEF");
	const ksn = fromHex("FFFF9876543210E00001");

	test.each([
		["71 PIN block reply", { kind: "session", pinBlock }],
		["71 DUKPT reply, UIC", { kind: "dukpt", pinBlock, ksn }],
		["73 DUKPT reply, VeriFone", { kind: "dukpt", pinBlock, ksn }],
		["71 error 1", { kind: "refused", code: "1" }],
	])("%s", (start, expected) => {
		expect(readPinReply(textOf(start))).toEqual(expected);
	});

	test.each([
		["71.00001", { kind: "none" }],
		["71.000010123456789ABCDEF", { kind: "none" }],
		["73.00000", { kind: "none" }],
		["73.000000123456789ABCDEF", { kind: "none" }],
		["71.00401", undefined],
		["71.003010123456789ABCDEF", undefined],
		["71.004020123456789ABCDEF", undefined],
		["710" + "9".repeat(37), undefined],
		["73.000010123456789ABCDEF", undefined],
	])("%s", (text, expected) => {
		expect(readPinReply(text)).toEqual(expected);
	});

	test("a key serial number of any length the family sends has ten bytes again", () => {
		const digits = fc.stringMatching(/^[\dA-F]{16}$/);
		const serials = fc.stringMatching(/^[\dA-E][\dA-F]{9,19}$/);
		fc.assert(
			fc.property(fc.constantFrom("710", "73.00000"), serials, digits, (start, serial, block) => {
				const expected = { kind: "dukpt", pinBlock: fromHex(block), ksn: fromHex(serial.padStart(20, "F")) };
				expect(readPinReply(start + serial + block)).toEqual(expected);
			}),
			{ numRuns: 10_000 },
		);
	});
});

describe("identity", () => {
	test.each([
		["verifone", "246880401A001234", "246"],
		["verifone", "12345", ""],
		["uic", "246880401A001234", ""],
	] as const)("%s %s has the version '%s'", (dialect, serialNumber, version) => {
		expect(identityOf(dialect, serialNumber)).toMatchObject({ serialNumber, version });
	});
});
