import * as fc from "fast-check";
import { describe, expect, test } from "vitest";
import { type Bytes, concatBytes, latin1 } from "../../src/wire/bytes.ts";
import type { DecoderCounts, Frame, Framing } from "../../src/wire/framing.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";

/** A framing, and what the laws need to know of it to write good and bad streams. */
export interface Subject {
	readonly framing: Framing;
	/** Makes any bytes, at least one, into as many that this framing can carry; left out where it carries all. */
	readonly payloadOf?: (bytes: Uint8Array) => Bytes;
	/** Longest payload. */
	readonly maxPayload: number;
	/** Longest whole frame. */
	readonly maxFrame: number;
	/** Runs of bytes between which frames are found again; empty for a framing without a start mark. */
	readonly between: readonly fc.Arbitrary<Piece>[];
	/** Bytes that mean something to this framing, to provoke it with. */
	readonly marks: readonly number[];
	/** Bytes that are read like others but never written. */
	readonly synonyms: readonly number[];
	/** Frames of a public source with their payloads, as hex. */
	readonly examples: readonly { readonly frame: string; readonly payload: string }[];
}

/** A part of a stream, and what the decoder must make of it. */
export interface Piece {
	readonly bytes: Bytes;
	readonly frames: readonly Frame[];
}

/** What a decoder did with a stream: neighbouring garbage joined, as it comes apart only where the stream was cut. */
interface Outcome {
	readonly frames: readonly Frame[];
	readonly counts: DecoderCounts;
	/** Bytes that waited for more at the end. */
	readonly pending: number;
}

const numRuns = 10_000;

/** The laws of every framing, each over 10,000 streams. */
export function framingLaws(subject: Subject): void {
	const { framing, maxPayload, maxFrame, marks, payloadOf = (bytes) => Uint8Array.from(bytes) } = subject;

	test("payloads come out as they went in, whatever lies between and wherever the stream is cut", () => {
		fc.assert(
			fc.property(fc.array(pieces(subject), { maxLength: 6 }), cuts, (sent, sizes) => {
				const { frames, counts, pending } = decode(framing, concatBytes(...sent.map(({ bytes }) => bytes)), sizes);
				const expected = join(sent.flatMap((piece) => piece.frames));
				expect(frames).toEqual(expected);
				expect(counted(frames)).toEqual(counts);
				expect(pending).toBe(0);
			}),
			{ numRuns },
		);
	});

	test("no byte is lost on a damaged stream, and none of it throws", () => {
		fc.assert(
			fc.property(damagedStreams(subject), cuts, (stream, sizes) => {
				const { frames, counts, pending } = decode(framing, stream, sizes);
				const seen = concatBytes(...frames.map((frame) => wireOf(framing, frame)));
				expect(toHex(seen)).toBe(toHex(stream.subarray(0, stream.length - pending)));
				expect(counted(frames)).toEqual(counts);
				expect(pending).toBeLessThan(maxFrame);
			}),
			{ numRuns },
		);
	});

	describe.each(subject.examples)("$frame", ({ frame, payload }) => {
		const wire = fromHex(frame);

		test("is how its payload is written", () => {
			expect(toHex(framing.encode(fromHex(payload)))).toBe(frame);
		});

		test("is read when cut at every byte, twice", () => {
			const stream = concatBytes(wire, wire);
			const twice = [dataFrame(fromHex(payload)), dataFrame(fromHex(payload))];
			for (let first = 1; first <= stream.length; first++) {
				for (let second = 1; second <= stream.length; second++) {
					expect(decode(framing, stream, [first, second]).frames).toEqual(twice);
				}
			}
		});
	});

	test("the longest payload is read, a longer one is not written", () => {
		const longest = payloadOf(new Uint8Array(maxPayload).fill(0xa5));
		const frame = framing.encode(longest);
		expect(frame.length).toBe(maxFrame);
		expect(decode(framing, concatBytes(frame, frame), [1]).frames).toEqual([dataFrame(longest), dataFrame(longest)]);
		expect(() => framing.encode(payloadOf(new Uint8Array(maxPayload + 1)))).toThrow(RangeError);
	});

	test("a megabyte that only promises frames costs little more memory than a copy of it", () => {
		const promises = new Uint8Array(1 << 20).map((_, at) => marks[at % marks.length] ?? 0);
		const decoder = framing.decoder();
		const before = process.memoryUsage().arrayBuffers;
		const frames = decoder.push(promises);
		const grown = process.memoryUsage().arrayBuffers - before;
		expect(frames.length).toBeGreaterThan(0);
		expect(grown).toBeLessThan(1.1 * promises.length);
	});

	test("a half-received frame is forgotten on reset", () => {
		const decoder = framing.decoder();
		const half = framing.encode(payloadOf(new Uint8Array(8))).subarray(0, 6);
		expect(decoder.push(half)).toEqual([]);
		expect(decoder.reset()).toBe(6);
		const small = payloadOf(latin1("x"));
		expect(decoder.push(framing.encode(small))).toEqual([dataFrame(small)]);
	});
}

export function dataFrame(payload: Bytes): Frame {
	return { kind: "data", payload };
}

/** A piece of nothing but bytes that are skipped. */
export function garbagePiece(bytes: Bytes, reason: Extract<Frame, { kind: "garbage" }>["reason"]): Piece {
	return { bytes, frames: bytes.length === 0 ? [] : [{ kind: "garbage", bytes, reason }] };
}

/** How a stream arrives: chunks of these sizes, over and over. */
const cuts = fc.array(fc.integer({ min: 1, max: 24 }), { minLength: 1, maxLength: 5 });

function pieces({ framing, between, payloadOf = (bytes) => Uint8Array.from(bytes) }: Subject): fc.Arbitrary<Piece> {
	const payload = fc.uint8Array({ minLength: 1, maxLength: 24 }).map((bytes): Piece => {
		const owned = payloadOf(bytes);
		return { bytes: framing.encode(owned), frames: [dataFrame(owned)] };
	});
	return fc.oneof(payload, ...between);
}

/** Frames in which some bytes were overwritten, most often by bytes that mean something. */
function damagedStreams(subject: Subject): fc.Arbitrary<Bytes> {
	const anything = fc.nat(255).filter((value) => !subject.synonyms.includes(value));
	const byte = fc.oneof(fc.constantFrom(...subject.marks), anything);
	const edits = fc.array(fc.tuple(fc.nat(1000), byte), { minLength: 1, maxLength: 5 });
	return fc.tuple(fc.array(pieces(subject), { minLength: 1, maxLength: 4 }), edits).map(([sent, edited]) => {
		const stream = concatBytes(...sent.map(({ bytes }) => bytes));
		for (const [at, value] of edited) {
			stream[at % stream.length] = value;
		}
		return stream;
	});
}

function decode(framing: Framing, stream: Bytes, sizes: readonly number[]): Outcome {
	const decoder = framing.decoder();
	const frames: Frame[] = [];
	for (let at = 0, turn = 0; at < stream.length; turn++) {
		const size = sizes[turn % sizes.length] ?? 1;
		const chunk = stream.slice(at, at + size);
		frames.push(...decoder.push(chunk));
		// Whoever fed the decoder may use the chunk again.
		chunk.fill(0xee);
		at += size;
	}
	return { frames: join(frames), counts: decoder.counts, pending: decoder.reset() };
}

/** Joins neighbouring garbage; the reason is that of the first. */
function join(frames: readonly Frame[]): readonly Frame[] {
	const joined: Frame[] = [];
	for (const frame of frames) {
		const last = joined.at(-1);
		if (frame.kind === "garbage" && last?.kind === "garbage") {
			joined[joined.length - 1] = { ...last, bytes: concatBytes(last.bytes, frame.bytes) };
		} else {
			joined.push(frame);
		}
	}
	return joined;
}

function wireOf(framing: Framing, frame: Frame): Bytes {
	switch (frame.kind) {
		case "data":
			return framing.encode(frame.payload);
		case "control":
			return Uint8Array.of(frame.byte);
		case "garbage":
			return frame.bytes;
	}
}

/** The counts that reported frames add up to. */
function counted(frames: readonly Frame[]): DecoderCounts {
	const garbage = { no_start: 0, bad_check: 0, bad_length: 0, too_long: 0, bad_body: 0 };
	for (const frame of frames) {
		if (frame.kind === "garbage") {
			garbage[frame.reason] += frame.bytes.length;
		}
	}
	return { frames: frames.filter(({ kind }) => kind === "data").length, garbage };
}
