import { randomBytes } from "node:crypto";
import { finished } from "node:stream/promises";
import { DelimiterParser } from "@serialport/parser-delimiter";
import { type Bytes, concatBytes } from "../src/wire/bytes.ts";
import { stxLengthFraming } from "../src/wire/stx-length-framing.ts";
import { ratioOf, repeating, takeTurns } from "./support/measure.ts";
import { report, type Section } from "./support/report.ts";

/**
 * Frames per second out of a byte stream, beside the parser most Node programs put on a serial port.
 * Ours checks each frame, copies it out and counts; the other only looks for the end mark, so the data holds none.
 */
const frames = 4_096;
const payloadBytes = { least: 20, most: 220 } as const;
const etx = 0x03;
const rounds = 15;
const roundMs = 120;

const framing = stxLengthFraming({ maxPayload: 1_024, covers: "length_to_etx" });
const stream = concatBytes(...Array.from({ length: frames }, () => framing.encode(randomPayload())));

function randomPayload(): Bytes {
	const { least, most } = payloadBytes;
	const bytes = randomBytes(least + Math.floor(Math.random() * (most - least + 1)));
	return Uint8Array.from(bytes, (byte) => (byte === etx ? 0 : byte));
}

function decodeAll(chunks: readonly Bytes[]): number {
	const decoder = framing.decoder();
	let seen = 0;
	for (const chunk of chunks) {
		for (const frame of decoder.push(chunk)) {
			seen += frame.kind === "data" ? 1 : 0;
		}
	}
	if (seen !== frames) {
		throw new Error(`${seen} of ${frames} frames came out`);
	}
	return seen;
}

async function delimitAll(chunks: readonly Bytes[]): Promise<number> {
	const parser = new DelimiterParser({ delimiter: [etx] });
	let seen = 0;
	parser.on("data", () => {
		seen += 1;
	});
	for (const chunk of chunks) {
		parser.write(chunk);
	}
	parser.end();
	await finished(parser);
	if (seen < frames) {
		throw new Error(`${seen} of ${frames} frames came out`);
	}
	return frames;
}

async function section(chunkBytes: number, goal: number): Promise<Section> {
	const chunks = Array.from({ length: Math.ceil(stream.length / chunkBytes) }, (_, index) =>
		stream.slice(index * chunkBytes, (index + 1) * chunkBytes),
	);
	const measured = await takeTurns(rounds, {
		tillbridge: repeating(roundMs, () => decodeAll(chunks)),
		"parser-delimiter": repeating(roundMs, () => delimitAll(chunks)),
	});
	const reached = ratioOf("perCpuSecond", measured.tillbridge, measured["parser-delimiter"]);
	return {
		title: `chunks of ${chunkBytes}`,
		unit: "frames",
		rate: "perCpuSecond",
		measured,
		goals: [{ what: "times @serialport/parser-delimiter", bound: "at least", goal, reached }],
	};
}

report("Framing", [await section(64, 1), await section(1, 5)]);
