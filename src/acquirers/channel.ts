import { type Bytes, concatBytes } from "../wire/bytes.ts";

/**
 * What stands between the length of a frame and its MTI.
 * The TPDU (transport protocol data unit) is five bytes: 0x60, destination, source.
 */
export interface Channel {
	readonly tpdu: Bytes;
	/** The host's own header, where it has one. */
	readonly header: Bytes | undefined;
}

/** A message as it came: the header for the profile, the message from its MTI on. */
export interface Unwrapped {
	readonly header: Bytes | undefined;
	readonly message: Bytes;
}

/** Puts TPDU and header before a message. */
export function wrap(channel: Channel, message: Bytes): Bytes {
	return channel.header === undefined
		? concatBytes(channel.tpdu, message)
		: concatBytes(channel.tpdu, channel.header, message);
}

/**
 * Takes TPDU and header off; undefined when there is nothing behind them.
 * They are skipped, not compared: hosts swap the two addresses of the TPDU, echo them, or put in their own.
 */
export function unwrap(channel: Channel, bytes: Bytes): Unwrapped | undefined {
	const tpduEnd = channel.tpdu.length;
	const headerEnd = tpduEnd + (channel.header?.length ?? 0);
	if (bytes.length <= headerEnd) {
		return undefined;
	}
	return {
		header: channel.header === undefined ? undefined : bytes.subarray(tpduEnd, headerEnd),
		message: bytes.subarray(headerEnd),
	};
}
