import { expect, it } from "vitest";
import { type Backoff, delayBefore } from "../../src/kernel/backoff.ts";

it("takes the steps in order, then the last for ever", () => {
	const backoff: Backoff = { stepsMs: [100, 500, 2_000] };
	expect([0, 1, 2, 3, 4, 1_000_000].map((attempt) => delayBefore(backoff, attempt))).toEqual([
		100, 500, 2_000, 2_000, 2_000, 2_000,
	]);
});
