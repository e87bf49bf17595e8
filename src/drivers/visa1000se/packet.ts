import { type Bytes, latin1 } from "../../wire/bytes.ts";
import { visaMarks } from "../../wire/visa-framing.ts";

/** A packet to the pad. */
export interface Packet {
	/** For people; says nothing of the content. */
	readonly name: string;
	/** Start mark and text. */
	readonly payload: Bytes;
	/** How the texts begin that may answer it; none where the acknowledgement is all there is. */
	readonly replies: readonly string[];
	/** True when the pad may be told twice, because it kept silent the first time. */
	readonly repeatable: boolean;
	/** Administration packets end with a lone EOT from the pad. */
	readonly endsWithEot: boolean;
}

interface PacketRules {
	readonly replies?: readonly string[];
	readonly repeatable?: boolean;
}

/** `SI text SO`. */
export function adminPacket(name: string, text: string, { replies = [], repeatable = true }: PacketRules): Packet {
	return { name, payload: latin1(String.fromCharCode(visaMarks.si) + text), replies, repeatable, endsWithEot: true };
}

/** `STX text ETX`. */
export function transactionPacket(name: string, text: string, rules: PacketRules): Packet {
	const { replies = [], repeatable = true } = rules;
	return { name, payload: latin1(String.fromCharCode(visaMarks.stx) + text), replies, repeatable, endsWithEot: false };
}

/** Between the fields of a packet. */
export const fs = "\x1c";
