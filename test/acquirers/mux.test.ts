import { describe, expect, test } from "vitest";
import type { Unmatched } from "../../src/acquirers/host-line.ts";
import { Mux } from "../../src/acquirers/mux.ts";
import { type Bytes, fromLatin1, latin1 } from "../../src/wire/bytes.ts";

/** Messages are "key rest"; one without a blank cannot be read. */
function muxWithLog(): { mux: Mux; unmatched: Unmatched[] } {
	const mux = new Mux((message) => /^(\S+) /.exec(fromLatin1(message))?.[1]);
	const unmatched: Unmatched[] = [];
	mux.unmatched.subscribe((event) => unmatched.push(event));
	return { mux, unmatched };
}

describe("mux", () => {
	test("each of 256 answers finds its request, in whatever order", () => {
		const { mux, unmatched } = muxWithLog();
		const keys = Array.from({ length: 256 }, (_, index) => `k${index}`);
		const got = new Map<string, string>();
		for (const key of keys) {
			mux.claim(key).expect((message: Bytes) => got.set(key, fromLatin1(message)));
		}
		for (const key of keys.toReversed()) {
			mux.deliver(latin1(`${key} answer to ${key}`));
		}
		expect(keys.map((key) => got.get(key))).toEqual(keys.map((key) => `${key} answer to ${key}`));
		expect(unmatched).toEqual([]);
	});

	test("a key that waits cannot wait twice, and is free again afterwards", () => {
		const { mux } = muxWithLog();
		const first = mux.claim("a");
		expect(() => mux.claim("a")).toThrow(expect.objectContaining({ code: "host_exchange_pending" }));
		first.release();
		const second = mux.claim("a");
		// The first holder has nothing to say any more.
		first.release();
		expect(() => mux.claim("a")).toThrow(expect.objectContaining({ code: "host_exchange_pending" }));
		second.release();
	});

	test("nothing is an answer before the request was sent", () => {
		const { mux, unmatched } = muxWithLog();
		const claim = mux.claim("a");
		mux.deliver(latin1("a too early"));
		expect(unmatched.map(({ kind }) => kind)).toEqual(["unasked"]);
		const got: string[] = [];
		claim.expect((message) => got.push(fromLatin1(message)));
		mux.deliver(latin1("a in time"));
		expect(got).toEqual(["a in time"]);
	});

	test("late, doubled, unasked and unreadable messages are told apart", () => {
		const { mux, unmatched } = muxWithLog();
		const gaveUp = mux.claim("gave-up");
		gaveUp.expect(() => expect.fail("nobody waits"));
		gaveUp.release();
		mux.claim("answered").expect(() => undefined);
		mux.deliver(latin1("answered once"));
		mux.deliver(latin1("gave-up x"));
		mux.deliver(latin1("answered twice"));
		mux.deliver(latin1("never-asked x"));
		mux.deliver(latin1("garbage"));
		expect(unmatched.map(({ kind, correlation }) => [kind, correlation])).toEqual([
			["late", "gave-up"],
			["late", "answered"],
			["unasked", "never-asked"],
			["unreadable", undefined],
		]);
	});

	test("the memory of ended requests is bounded", () => {
		const { mux, unmatched } = muxWithLog();
		for (let index = 0; index < 1025; index++) {
			mux.claim(`k${index}`).expect(() => undefined);
			mux.deliver(latin1(`k${index} answer`));
		}
		mux.deliver(latin1("k0 again"));
		mux.deliver(latin1("k1 again"));
		expect(unmatched.map(({ kind }) => kind)).toEqual(["unasked", "late"]);
	});
});
