import * as fc from "fast-check";
import { describe, expect, it } from "vitest";
import { currencyCodes, currencyInfo, formatAmount, parseAmount } from "../../src/payments/currency.ts";

describe("amounts", () => {
	it.each([
		["CNY", "12.50", 1250],
		["CNY", "12.5", 1250],
		["CNY", "0.01", 1],
		["JPY", "1250", 1250],
		["KWD", "1.234", 1234],
	])("%s %s is %i", (code, text, amount) => {
		const info = currencyInfo(code);
		expect(info && parseAmount(text, info)).toBe(amount);
	});

	it.each(["0", "0.00", "-1", "1.234", "1,50", ".5", "1.", "", "1e3", " 1", "12345678901"])("%j is none", (text) => {
		const cny = currencyInfo("CNY");
		expect(cny && parseAmount(text, cny)).toBeUndefined();
	});

	it("are read as they are written", () => {
		fc.assert(
			fc.property(fc.constantFrom(...currencyCodes), fc.integer({ min: 1, max: 999_999_999 }), (code, amount) => {
				const info = currencyInfo(code);
				return info !== undefined && parseAmount(formatAmount(amount, info), info) === amount;
			}),
		);
	});

	it("know no currency by a name every object has", () => {
		expect(currencyInfo("constructor")).toBeUndefined();
	});
});
