import { describe, expect, test } from "vitest";
import { z } from "zod";
import { FaultSwitches, parseFaultText } from "../../../src/simulators/acquirer/faults.ts";

describe("parseFaultText", () => {
	test.each([
		["drop", { name: "drop", count: 1 }],
		["drop:0200", { name: "drop", mti: "0200", count: 1 }],
		["refuse:0400:3:96", { name: "refuse", mti: "0400", count: 3, value: "96" }],
		["delay::always:500", { name: "delay", count: "always", value: "500" }],
		["refuse_connection::2", { name: "refuse_connection", count: 2 }],
	])("%s", (text, fault) => {
		expect(parseFaultText(text)).toEqual(fault);
	});

	test.each(["explode", "drop:200", "drop:0200:0", "drop:0200:some", "mismatch:0500:1:much"])(
		"%s is refused",
		(text) => {
			expect(() => parseFaultText(text)).toThrow(z.ZodError);
		},
	);
});

describe("FaultSwitches", () => {
	test("wear off with use, for their own message type only", () => {
		const switches = new FaultSwitches([parseFaultText("drop:0200:2"), parseFaultText("delay::always:5")]);
		expect([...switches.take("0400").keys()]).toEqual(["delay"]);
		expect([...switches.take("0200").keys()]).toEqual(["drop", "delay"]);
		expect([...switches.take("0200").keys()]).toEqual(["drop", "delay"]);
		expect([...switches.take("0200").keys()]).toEqual(["delay"]);
		expect(switches.takeConnection()).toBe(false);
	});

	test("a fault of settlements waits for one", () => {
		const switches = new FaultSwitches([parseFaultText("mismatch:::-5"), parseFaultText("mismatch:0200")]);
		expect(switches.take("0200").size).toBe(0);
		expect(switches.take("0500").get("mismatch")?.value).toBe("-5");
	});

	test("of two with the same name the first is used up first", () => {
		const switches = new FaultSwitches([parseFaultText("refuse:0200:1:51"), parseFaultText("refuse:0200:1:91")]);
		expect(switches.take("0200").get("refuse")?.value).toBe("51");
		expect(switches.take("0200").get("refuse")?.value).toBe("91");
		expect(switches.armed).toEqual([]);
	});
});
