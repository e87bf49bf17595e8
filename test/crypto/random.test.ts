import { afterEach, expect, test, vi } from "vitest";
import { randomBytes, randomId } from "../../src/crypto/random.ts";

afterEach(() => {
	vi.useRealTimers();
});

test("an id is its prefix and 26 url-safe characters", () => {
	expect(randomId("txn_")).toMatch(/^txn_[0-9A-HJKMNP-TV-Z]{26}$/);
});

test("ids of later milliseconds sort later", () => {
	vi.useFakeTimers();
	const ids = [0, 1, 31, 32, 1_767_323_045_000, 1_767_323_045_001, 2 ** 48 - 1].map((epochMs) => {
		vi.setSystemTime(epochMs);
		return randomId("txn_");
	});
	expect([...ids].sort()).toEqual(ids);
	expect(ids[0]).toMatch(/^txn_0{10}/);
	expect(ids.at(-1)).toMatch(/^txn_7Z{9}/);
});

test("ids do not repeat", () => {
	expect(new Set(Array.from({ length: 10_000 }, () => randomId("txn_"))).size).toBe(10_000);
});

test("random bytes have the length asked for and differ", () => {
	expect(randomBytes(0)).toHaveLength(0);
	expect(randomBytes(16)).toHaveLength(16);
	expect(randomBytes(16)).not.toEqual(randomBytes(16));
});
