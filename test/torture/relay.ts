import type { Frame, Framing } from "../../src/wire/framing.ts";
import { toHex } from "../../src/wire/hex.ts";
import { kmyFraming } from "../../src/wire/kmy-framing.ts";
import { lengthPrefixFraming } from "../../src/wire/length-prefix-framing.ts";
import type { FrameWatch } from "./frame-watch.ts";
import type { LinePoint } from "./point.ts";

/** All that a relay knows of a line: where frames end, and which bytes name them. */
interface Dialect {
	readonly framing: Framing;
	readonly name: (payload: Uint8Array) => string;
}

const dialects: Readonly<Record<LinePoint["line"], Dialect>> = {
	/** Command or status byte. */
	pad: { framing: kmyFraming, name: (payload) => toHex(payload.subarray(0, 1)) },
	/** The message type, behind length, TPDU and header. */
	host: {
		framing: lengthPrefixFraming({ maxPayload: 2048 }),
		name: (payload) => toHex(payload.subarray(11, 13)),
	},
};

interface Way extends Pick<LinePoint, "line" | "direction"> {
	readonly watch: FrameWatch;
	readonly send: (bytes: Uint8Array) => void;
}

/** One way of a line: takes bytes however they come, and sends them on frame by frame, garbage included. */
export function relay({ line, direction, watch, send }: Way): (chunk: Uint8Array) => void {
	const dialect = dialects[line];
	const decoder = dialect.framing.decoder();
	return (chunk) => {
		for (const frame of decoder.push(chunk)) {
			const { shown, bytes } = whole(frame, dialect);
			watch.pass({ line, direction, shown, forward: () => send(bytes) });
		}
	};
}

/** The frame as it was on the line. */
function whole(frame: Frame, { framing, name }: Dialect): { readonly shown: string; readonly bytes: Uint8Array } {
	switch (frame.kind) {
		case "data":
			return { shown: name(frame.payload), bytes: framing.encode(frame.payload) };
		case "control":
			return { shown: "key", bytes: Uint8Array.of(frame.byte) };
		case "garbage":
			return { shown: "garbage", bytes: frame.bytes };
	}
}
