import { expect, test } from "vitest";
import { preferredWait } from "../../src/api/preferences.ts";

test.each([
	["wait=5", 5],
	["WAIT = 5", 5],
	['wait="5"', 5],
	["respond-async, wait=10", 10],
	["respond-async,wait=10;x=1", 10],
	["wait=0", 0],
	["wait=100000", 300],
])("%j asks to wait %i seconds", (header, seconds) => {
	expect(preferredWait(header)).toBe(seconds);
});

test.each([undefined, "", "wait", "wait=", "wait=-1", "wait=1.5", "wait=soon", "await=5", "wait=5s", "wait=9999999"])(
	"%j asks for no wait",
	(header) => {
		expect(preferredWait(header)).toBeUndefined();
	},
);
