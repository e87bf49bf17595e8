import { type Bytes, concatBytes, latin1 } from "../../wire/bytes.ts";

/**
 * The commands this driver sends besides a slip's own layout.
 * Names and parameters: Epson ESC/POS Application Programming Guide, TM-T88III specification.
 */

/** ESC @: drops the unprinted line and every mode, automatic status included. */
export const initialize: Bytes = Uint8Array.of(0x1b, 0x40);

/** GS a 255: automatic status on drawer, online, error, paper and panel changes. */
export const automaticStatusOn: Bytes = Uint8Array.of(0x1d, 0x61, 0xff);

/** GS V 66 0: feed to the knife, then cut. */
export const feedAndCut: Bytes = Uint8Array.of(0x1d, 0x56, 0x42, 0x00);

/** GS I 67: model name, answered as `5F … 00` in buffer order. */
export const askModel: Bytes = Uint8Array.of(0x1d, 0x49, 0x43);

/** GS r 1: paper sensors as one byte, in buffer order; a stopped printer does not answer. */
export const askPaperInOrder: Bytes = Uint8Array.of(0x1d, 0x72, 0x01);

/**
 * DLE ENQ 1: leave a cutter or mechanical error, and print the line again where it happened.
 * Without such an error the printer ignores it.
 */
export const resumeAfterError: Bytes = Uint8Array.of(0x10, 0x05, 0x01);

/** The four questions of DLE EOT: printer, cause of being offline, error, paper. */
export type RealTimeTopic = 1 | 2 | 3 | 4;

/** DLE EOT n: answered at once with one byte, also while offline. */
export function askRealTime(topic: RealTimeTopic): Bytes {
	return Uint8Array.of(0x10, 0x04, topic);
}

/**
 * GS ( H function 48: answered `37 22 id 00` once everything before it has been printed.
 * @param id four printable ASCII characters
 */
export function askProof(id: string): Bytes {
	return concatBytes(Uint8Array.of(0x1d, 0x28, 0x48, 0x06, 0x00, 0x30, 0x30), latin1(id));
}

/** Numbers from 0 to 9999 as the four characters of a proof request. */
export function proofId(sequence: number): string {
	return String(sequence % 10_000).padStart(4, "0");
}
