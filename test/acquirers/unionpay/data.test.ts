import { readFileSync } from "node:fs";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { parseResponseCodes } from "../../../src/acquirers/response-codes.ts";
import { loadUnionPay } from "../../../src/acquirers/unionpay/load.ts";
import { parseUnionPaySettings, unionPayOverridesSchema } from "../../../src/acquirers/unionpay/settings.ts";
import { shippedData } from "../../support/unionpay.ts";

const profileFile = (): Record<string, unknown> => parse(readFileSync(`${shippedData}/profile.yaml`, "utf8"));
const { responseCodes, settings } = loadUnionPay(shippedData, {});

describe("profile.yaml", () => {
	test("an acquirer's own values replace those of the file", () => {
		const own = unionPayOverridesSchema.parse({ tpdu: "6005010000", header: null });
		expect(parseUnionPaySettings(profileFile(), own)).toEqual({ ...settings, tpdu: "6005010000", header: null });
	});

	test("what is unknown or wrong is refused", () => {
		expect(() => parseUnionPaySettings({ ...profileFile(), tpd: "60" }, {})).toThrow(/tpd/);
		expect(() => parseUnionPaySettings({ ...profileFile(), tpdu: "6100030000" }, {})).toThrow(/60/);
		expect(() => loadUnionPay("/nowhere", {})).toThrow(expect.objectContaining({ code: "config_unreadable" }));
	});

	test("no profile can make a reversal keep tracks or a PIN block", () => {
		const messages = structuredClone(settings.messages);
		messages.reversal.repeats.push(35, 52);
		expect(() => parseUnionPaySettings({ ...profileFile(), messages }, {})).toThrow(/35, 52/);
	});
});

describe("response-codes.yaml", () => {
	test.each([
		["00", "approved", "none", true],
		["10", "partially_approved", "none", false],
		["11", "approved", "none", false],
		["A2", "approved", "none", false],
		["12", "declined", "none", true],
		["25", "declined", "none", true],
		["55", "declined", "ask_pin_again", false],
		["41", "declined", "retain_card", false],
		["77", "declined", "sign_in_and_repeat", false],
		["99", "declined", "sign_in_and_repeat", false],
		["A0", "declined", "sign_in_and_repeat", false],
		["A7", "declined", "sign_in", false],
		["97", "declined", "stop_terminal", false],
		["ZZ", "declined", "none", false],
	])("%s is %s, %s", (code, verdict, action, endsReversal) => {
		expect(responseCodes(code)).toMatchObject({ code, verdict, action, endsReversal });
	});

	test("says it in both languages", () => {
		expect(responseCodes("51").cashier).toEqual({ en: "Insufficient funds", zh: "可用余额不足" });
		expect(responseCodes("??").cashier).toEqual({ en: "Transaction failed", zh: "交易失败" });
	});

	test("a table that contradicts itself is refused", () => {
		const row = { class: "C", verdict: "approved", action: "none", endsReversal: false, en: "x", zh: "x" };
		const table = { unknown: { ...row, verdict: "declined" }, codes: { "51": row } };
		expect(() => parseResponseCodes(table)).toThrow(/51 is of class C/);
	});
});
