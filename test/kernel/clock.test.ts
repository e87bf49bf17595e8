import { expect, it } from "vitest";
import { rfc3339, systemClock } from "../../src/kernel/clock.ts";

it.each([
	[0, 0, "1970-01-01T00:00:00.000+00:00"],
	[0, 480, "1970-01-01T08:00:00.000+08:00"],
	[0, -210, "1969-12-31T20:30:00.000-03:30"],
	[Date.UTC(2026, 1, 28, 23, 59, 59, 999), 345, "2026-03-01T05:44:59.999+05:45"],
])("writes %i at offset %i as %s", (epochMs, offset, text) => {
	expect(rfc3339(epochMs, offset)).toBe(text);
	expect(Date.parse(text)).toBe(epochMs);
});

it("uses the machine's own offset unless told", () => {
	const now = Date.UTC(2026, 6, 1);
	expect(Date.parse(rfc3339(now))).toBe(now);
});

it("fires a timer once, not early, and not when cancelled", async () => {
	const begun = systemClock.monotonicMs();
	const fired: string[] = [];
	systemClock.after(1, () => fired.push("cancelled")).cancel();
	await new Promise<void>((resolve) => {
		systemClock.after(5, () => {
			fired.push("due");
			resolve();
		});
	});
	expect(fired).toEqual(["due"]);
	expect(systemClock.monotonicMs() - begun).toBeGreaterThanOrEqual(4);
});
