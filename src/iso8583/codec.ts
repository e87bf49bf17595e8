import type { Bytes } from "../wire/bytes.ts";
import { compileDecoder } from "./decode.ts";
import { describeMessage, type FieldDescription } from "./describe.ts";
import { compileEncoder } from "./encode.ts";
import type { Message } from "./message.ts";
import type { MessageSpec } from "./message-spec.ts";

/** A message that only lacks its MAC. */
export interface Unsealed {
	/** From the message type to the last field before the MAC, the MAC's bit already set. */
	readonly macInput: Bytes;
	/** The whole message with these eight bytes as its MAC. */
	seal(mac: Uint8Array): Bytes;
}

/** A received message cut before its MAC. */
export interface SplitMac {
	readonly macInput: Bytes;
	readonly mac: Bytes;
}

/** One dialect of ISO 8583, compiled from its table. Every method throws Fault `message_invalid`, and nothing else. */
export interface Codec {
	readonly spec: MessageSpec;
	encode(message: Message): Bytes;
	/** Like `encode`, for a message whose MAC is still to be made; a MAC field in the message is not used. */
	encodeUnsealed(message: Message): Unsealed;
	decode(bytes: Uint8Array): Message;
	/** What the MAC of a received message covers; undefined when it carries none. */
	splitMac(bytes: Uint8Array): SplitMac | undefined;
	/** The message for people: closed by default, sensitive values masked. */
	describe(message: Message): readonly FieldDescription[];
}

/** Compiles a table once; the codec is used for every message after that. */
export function compileSpec(spec: MessageSpec): Codec {
	const encoder = compileEncoder(spec);
	const decoder = compileDecoder(spec);
	return { spec, ...encoder, ...decoder, describe: (message) => describeMessage(spec, message) };
}
