import { type Bytes, concatBytes } from "../../wire/bytes.ts";

/** TPDU and header of a received frame, and the message behind them. */
export interface Envelope {
	readonly tpdu: Bytes;
	readonly header: Bytes;
	readonly message: Bytes;
}

const tpduLength = 5;
const headerLength = 6;

/** Takes a frame apart; undefined when it is too short. */
export function openEnvelope(frame: Bytes, hasHeader: boolean): Envelope | undefined {
	const headerEnd = tpduLength + (hasHeader ? headerLength : 0);
	return frame.length <= headerEnd
		? undefined
		: { tpdu: frame.slice(0, tpduLength), header: frame.slice(tpduLength, headerEnd), message: frame.slice(headerEnd) };
}

/** What a strict host finds wrong with TPDU and header of a request. */
export function envelopeViolations({ tpdu, header }: Envelope): readonly string[] {
	return [
		...(tpdu[0] === 0x60 ? [] : ["the TPDU does not begin with 60"]),
		...(((header[2] ?? 0) & 0x0f) === 0 ? [] : ["the processing requirement of a request is not 0"]),
	];
}

/** Wraps an answer: addresses of the TPDU swapped, `requirement` as sixth digit of the header. */
export function answerEnvelope({ tpdu, header }: Envelope, requirement: number, message: Bytes): Bytes {
	const swapped = concatBytes(tpdu.subarray(0, 1), tpdu.subarray(3, 5), tpdu.subarray(1, 3));
	const asking = header.slice();
	if (asking.length > 0) {
		asking[2] = ((asking[2] ?? 0) & 0xf0) | requirement;
	}
	return concatBytes(swapped, asking, message);
}
