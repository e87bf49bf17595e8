import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Reply, ReplyDemux } from "../../../src/drivers/escpos/reply-demux.ts";
import { fromHex } from "../../../src/wire/hex.ts";

/** A part of what a printer says, and what the demux must make of it. */
interface Said {
	readonly bytes: readonly number[];
	readonly replies: readonly Reply[];
}

const automatic = (block: readonly number[]): readonly Reply[] =>
	block.map((byte, index) => ({ kind: "automatic", byte, first: index === 0 }));

const withBits = (fixed: number, free: number): fc.Arbitrary<number> =>
	fc.integer({ min: 0, max: 0xff }).map((bits) => fixed | (bits & free));

const printable = fc.integer({ min: 0x20, max: 0x7e });
const textOf = (bytes: readonly number[]): string => String.fromCharCode(...bytes);

const statusBlock = fc
	.tuple(withBits(0x10, 0x6c), withBits(0, 0x6f), withBits(0, 0x6f), withBits(0, 0x6f))
	.map((block): Said => ({ bytes: block, replies: automatic(block) }));
const realTime = withBits(0x12, 0x6c).map((byte): Said => ({ bytes: [byte], replies: [{ kind: "real_time", byte }] }));
const single = withBits(0, 0x6f).map((byte): Said => ({ bytes: [byte], replies: [{ kind: "single", byte }] }));
const proof = fc
	.array(printable, { minLength: 4, maxLength: 4 })
	.map((id): Said => ({ bytes: [0x37, 0x22, ...id, 0x00], replies: [{ kind: "proof", id: textOf(id) }] }));
const text = fc
	.array(printable, { maxLength: 80 })
	.map((name): Said => ({ bytes: [0x5f, ...name, 0x00], replies: [{ kind: "text", text: textOf(name) }] }));
const flow = fc
	.constantFrom(0x11, 0x13)
	.map((byte): Said => ({ bytes: [byte], replies: [{ kind: "flow", ready: byte === 0x11 }] }));
const noise = withBits(0x80, 0x7f).map(
	(byte): Said => ({ bytes: [byte], replies: [{ kind: "garbage", bytes: [byte] }] }),
);

const speech = fc.array(fc.oneof(statusBlock, realTime, single, proof, text, flow, noise), { maxLength: 8 });
const cuts = fc.array(fc.integer({ min: 1, max: 5 }), { maxLength: 40 });

function heard(stream: Uint8Array, sizes: readonly number[]): readonly Reply[] {
	const demux = new ReplyDemux();
	const replies: Reply[] = [];
	let offset = 0;
	for (const size of sizes) {
		replies.push(...demux.push(stream.subarray(offset, offset + size)));
		offset += size;
	}
	return [...replies, ...demux.push(stream.subarray(offset))];
}

const numRuns = 10_000;

describe("the replies of a printer", () => {
	test("are told apart whatever follows what, and however the stream is cut", () => {
		fc.assert(
			fc.property(speech, cuts, (said, sizes) => {
				const stream = Uint8Array.from(said.flatMap(({ bytes }) => bytes));
				expect(heard(stream, sizes)).toEqual(said.flatMap(({ replies }) => replies));
			}),
			{ numRuns },
		);
	});

	test("no byte of any stream is lost or taken twice, and none of it throws", () => {
		fc.assert(
			fc.property(fc.uint8Array({ maxLength: 200 }), (stream) => {
				const demux = new ReplyDemux();
				const replies = [...demux.push(stream), ...demux.breakOff()];
				expect(replies.reduce((sum, reply) => sum + lengthOf(reply), 0)).toBe(stream.length);
			}),
			{ numRuns },
		);
	});

	test.each([
		["10000000", "a status block"],
		["3722303030310012", "a proof, then a real-time answer"],
		["5F544D2D543838001000000012", "a model name, then a status block, then a real-time answer"],
		["1000130000111216", "flow control inside a status block"],
	])("%s, %s, is read the same when cut at every byte", (hex) => {
		const stream = fromHex(hex);
		const whole = heard(stream, []);
		for (let cut = 0; cut <= stream.length; cut++) {
			expect(heard(stream, [cut])).toEqual(whole);
		}
		expect(
			heard(
				stream,
				Array.from(stream, () => 1),
			),
		).toEqual(whole);
	});

	test("a block that noise opened ends at the first byte no block holds", () => {
		expect(heard(fromHex("5F354110000000"), [])).toEqual([
			{ kind: "garbage", bytes: [0x5f, 0x35, 0x41] },
			...automatic([0x10, 0, 0, 0]),
		]);
	});

	test("a block without end is given up", () => {
		const replies = heard(fromHex(`5F${"41".repeat(120)}12`), []);
		expect(replies[0]).toMatchObject({ kind: "garbage" });
		expect(replies.at(-1)).toEqual({ kind: "real_time", byte: 0x12 });
	});

	test("a half reply is forgotten when told to, and the next byte taken for a new one", () => {
		const demux = new ReplyDemux();
		demux.push(fromHex("1000"));
		expect(demux.midReply).toBe(true);
		expect(demux.breakOff()).toEqual([]);
		expect(demux.midReply).toBe(false);
		expect(demux.push(fromHex("03"))).toEqual([{ kind: "single", byte: 3 }]);
	});
});

/** Bytes on the line that this reply stands for. */
function lengthOf(reply: Reply): number {
	switch (reply.kind) {
		case "automatic":
		case "real_time":
		case "single":
		case "flow":
			return 1;
		case "proof":
			return 3 + reply.id.length;
		case "text":
			return 2 + reply.text.length;
		case "block":
			return 2 + reply.body.length;
		case "garbage":
			return reply.bytes.length;
	}
}
