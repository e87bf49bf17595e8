import { describe, expect, it } from "vitest";
import type { KeyEvent } from "../../../src/keys/record/entry.ts";
import { KeyBook } from "../../../src/keys/record/key-book.ts";
import { loading, proved } from "../support/events.ts";

function bookOf(...events: readonly KeyEvent[]): KeyBook {
	const book = new KeyBook();
	events.forEach((event, index) =>
		book.apply({ sequence: index + 1, at: `t${index + 1}`, by: ["Alice", "Bob"], event }),
	);
	return book;
}

const added = (serial: string): KeyEvent => ({ type: "pad_added", serial, model: "KMY3501" });

it("knows the pads that were added and not removed", () => {
	const book = bookOf(added("1"), added("2"), { type: "pad_removed", serial: "1", reason: "broken" });
	expect(book.inventory).toEqual([{ serial: "2", model: "KMY3501", since: "t2" }]);
	expect(book.pad("1")).toBeUndefined();
	expect(book.pad("2")?.model).toBe("KMY3501");
});

it("knows what a slot holds, and whether the pad has shown it", () => {
	expect(bookOf(loading()).slots("35010001").get("master 0")).toMatchObject({ at: "t1", proof: undefined });
	expect(bookOf(loading(), proved()).slots("35010001").get("master 0")).toMatchObject({
		role: "TMK",
		kcv: { value: "08D7B4" },
		proof: { kind: "check_value" },
	});
	const renewed = bookOf(loading(), proved(), loading({ fingerprint: "8899AABBCCDDEEFF" }));
	expect(renewed.slots("35010001").get("master 0")).toMatchObject({
		fingerprint: "8899AABBCCDDEEFF",
		proof: undefined,
	});
	expect(bookOf().slots("35010001").size).toBe(0);
});

it("knows which keys a verification did not find again", () => {
	const verified = (result: "proved" | "missing" | "differs" | "not_provable"): KeyEvent => ({
		type: "key_verified",
		serial: "35010001",
		place: "master 0",
		result,
	});
	const lostAfter = (...events: readonly KeyEvent[]): boolean | undefined =>
		bookOf(loading(), proved(), ...events)
			.slots("35010001")
			.get("master 0")?.lost;
	expect(lostAfter()).toBe(false);
	expect(lostAfter(verified("missing"))).toBe(true);
	expect(lostAfter(verified("differs"))).toBe(true);
	expect(lostAfter(verified("not_provable"))).toBe(false);
	expect(lostAfter(verified("missing"), verified("proved"))).toBe(false);
	expect(lostAfter(verified("missing"), loading())).toBe(false);
});

it("never forgets where a key went, even when the slot was loaded again or the pad is gone", () => {
	const book = bookOf(loading(), loading({ fingerprint: "8899AABBCCDDEEFF" }), {
		type: "pad_removed",
		serial: "35010001",
		reason: "broken",
	});
	expect(book.loadedInto("0011223344556677")).toBe("35010001 master 0");
	expect(book.loadedInto("0000000000000000")).toBeUndefined();
});

describe("a key serial number", () => {
	const book = bookOf(
		loading({ place: "initial 0", role: "IPEK", ksn: "FFFF9876543210E00000" }),
		loading({ place: "initial 1", role: "IPEK", ksn: "123456789012345600000000" }),
	);

	it.each([
		["itself", "FFFF9876543210E00000", "35010001 initial 0"],
		["another counter", "FFFF9876543210E00001", "35010001 initial 0"],
		["the highest counter", "FFFF9876543210FFFFFF", "35010001 initial 0"],
		["another device", "FFFF9876543210C00000", undefined],
		["another counter of AES", "123456789012345600000007", "35010001 initial 1"],
		["the initial key id alone", "1234567890123456", "35010001 initial 1"],
		["another initial key id", "1234567890123457", undefined],
	])("is known again: %s", (_, ksn, slot) => {
		expect(book.givenOutTo(ksn)).toBe(slot);
	});
});
