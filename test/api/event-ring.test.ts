import * as fc from "fast-check";
import { expect, test } from "vitest";
import { EventRing } from "../../src/api/event-ring.ts";

function ringOf(count: number, size: number): EventRing {
	const ring = new EventRing(size, "run");
	for (let place = 1; place <= count; place++) {
		ring.append((id) => id);
	}
	return ring;
}

test("whoever saw an id gets exactly what came after it, or is told that it is too late", () => {
	fc.assert(
		fc.property(fc.nat(50), fc.integer({ min: 1, max: 10 }), fc.nat(60), (count, size, seen) => {
			const after = ringOf(count, size).after(`run-${seen}`);
			const missed = Array.from({ length: Math.max(0, count - seen) }, (_, index) => `run-${seen + 1 + index}`);
			expect(after).toEqual(seen > count || missed.length > size ? undefined : missed);
		}),
	);
});

test.each(["", "run", "run-", "other-1", "run-01", "run--1", "run-1.0", "run-1e0", "run-x", "run- 1", "-1"])(
	"%j is no id of this run",
	(id) => {
		expect(ringOf(3, 5).after(id)).toBeUndefined();
	},
);

test("the head is the newest id", () => {
	expect(ringOf(0, 3).head).toBe("run-0");
	expect(ringOf(4, 3).head).toBe("run-4");
	expect(ringOf(4, 3).after("run-4")).toEqual([]);
});
