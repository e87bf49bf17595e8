import { describe, expect, test } from "vitest";
import type { Message } from "../../../src/iso8583/message.ts";
import { violationsOf } from "../../../src/simulators/acquirer/message-rules.ts";
import { kindOf } from "../../../src/simulators/acquirer/transaction-kinds.ts";
import { fromHex } from "../../../src/wire/hex.ts";
import { mSeriesPrefixBytes, readMSeries } from "../../support/iso8583-fixtures.ts";
import { shippedCodec } from "../../support/message-spec.ts";

const codec = shippedCodec("unionpay");
const series = readMSeries().map(({ id, hex }) => ({
	id,
	message: codec.decode(fromHex(hex).slice(mSeriesPrefixBytes)),
}));
/** Requests of the synthetic series that this acquirer offers: neither answers, nor pay codes, nor script results. */
const offered = series.filter(
	({ id, message }) => Number(message.mti.charAt(2)) % 2 === 0 && id !== "M16" && id !== "M18",
);

function requestOf(id: string): Message {
	const found = series.find((candidate) => candidate.id === id);
	if (found === undefined) {
		throw new Error(`no message ${id}`);
	}
	return found.message;
}

function changed(id: string, fields: Record<number, string | undefined>): Message {
	const { mti, fields: own } = requestOf(id);
	const kept = Object.entries({ ...own, ...fields }).filter(([, value]) => value !== undefined);
	return { mti, fields: Object.fromEntries(kept) as Message["fields"] };
}

describe("the synthetic series", () => {
	test.each(offered)("$id is in order", ({ message }) => {
		expect(violationsOf(message)).toEqual([]);
	});

	test.each([
		["M1", "sale"],
		["M5", "void"],
		["M6", "refund"],
		["M7", "balance"],
		["M8", "preauth"],
		["M9", "completion"],
	])("%s is a %s", (id, kind) => {
		expect(kindOf(requestOf(id))?.kind).toBe(kind);
	});
});

describe("a strict host finds", () => {
	test.each([
		["a void without reference", changed("M5", { 37: undefined }), "field 37 is missing"],
		["a void without original", changed("M5", { 61: undefined }), "field 61 is missing"],
		["a void with a date", changed("M5", { 61: "0000010001010612" }), "field 61 has 16 digits instead of 12"],
		["a refund without a remark", changed("M6", { 63: undefined }), "field 63 is missing"],
		["a balance with an amount", changed("M7", { 4: "000000000100" }), "field 4 does not belong into 0200"],
		["a completion without approval code", changed("M9", { 38: undefined }), "field 38 is missing"],
		["a sale that names an original", changed("M1", { 61: "000001000101" }), "field 61 does not belong into 0200"],
		["a PIN without its company", changed("M1", { 53: undefined }), "fields 26, 52 and 53 travel together"],
		["a swiped card with a number", changed("M1", { 2: "6222020123456789" }), "a swiped card has no field 2"],
		["a swiped card without a track", changed("M5", { 35: undefined }), "field 22 says swiped, but there is no track"],
		["a network code in a sale", changed("M1", { 60: "22000001201500" }), "field 60.3 is not 000"],
		["a short field 60", changed("M10", { 60: "0000000120" }), "0500 with field 60.3 20 is not offered"],
		["financial conditions at the day's end", changed("M10", { 60: "00000001201500" }), "field 60 has 14 digits"],
		["totals cut short", changed("M10", { 48: "0" }), "field 48 has 1 digits instead of 62"],
		["a settlement under a MAC", changed("M10", { 64: "00000000" }), "field 64 does not belong into 0500"],
		["a trace number of zero", changed("M15", { 11: "000000" }), "trace number is zero"],
		["a sign-off without trace number", changed("M15", { 11: undefined }), "field 11 is missing"],
		["an echo with trace number", changed("M14", { 11: "000001" }), "field 11 does not belong into 0820"],
		["a reversal for no reason", changed("M3", { 39: "00" }), "field 39 is not a reason for a reversal"],
	])("%s", (_name, message, violation) => {
		expect(violationsOf(message)).toEqual([violation]);
	});

	test("message types it does not know", () => {
		expect(violationsOf({ mti: "0100", fields: {} })).toEqual([
			"message type and fields 3, 25 and 60.1 name no transaction",
		]);
		expect(violationsOf({ mti: "0600", fields: {} })).toEqual(["message type 0600 is not offered"]);
		expect(violationsOf({ mti: "0320", fields: { 60: "22000001000" } })).toEqual([
			"fields 3, 25 and 60.1 name no transaction that is uploaded by itself",
		]);
	});
});
