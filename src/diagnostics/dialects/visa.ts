import { fromLatin1, latin1 } from "../../wire/bytes.ts";
import type { Frame } from "../../wire/framing.ts";
import { visaControls, visaFraming, visaMarks } from "../../wire/visa-framing.ts";
import type { Dialect, Shown } from "../dialect.ts";
import { harmlessGarbage } from "./harmless.ts";

interface PacketView {
	/** Packet id and the characters after it that may be seen, as a pattern; what it does not match is hidden. */
	readonly open: RegExp;
	readonly name: string;
}

/**
 * Packets of VISA / VeriFone / UIC pads by their id, in the order they are tried, and how much of them is no secret.
 * Card numbers, working keys, PIN blocks, key serial numbers, key blocks and message data are behind that.
 */
const packets: readonly PacketView[] = [
	{ name: "diagnostics", open: /^01.*$/s },
	{ name: "load key", open: /^02(?:\?.|[\dA-F])?/ },
	{ name: "check key slot", open: /^04.{0,2}$/ },
	{ name: "serial number", open: /^06.*$/s },
	{ name: "select master key", open: /^08.{0,2}$/ },
	{ name: "diagnostics reply", open: /^(?:09|14).*$/s },
	{ name: "select DUKPT engine", open: /^19.?$/ },
	{ name: "PIN entry", open: /^(?:70|Z60|Z63)\.?/ },
	{ name: "PIN reply", open: /^71(?:\.0(?:\d{2})?(?:01)?|0|[\dA-G]$)?/ },
	{ name: "cancel", open: /^72$/ },
	{ name: "PIN reply", open: /^73(?:\.0{5})?/ },
	{ name: "load initial key", open: /^(?:90|94)/ },
	{ name: "initial key reply", open: /^91.{0,2}$/ },
	{ name: "display", open: /^Z[12].*$/s },
	{ name: "MAC", open: /^Z66\d\d\d/ },
	{ name: "MAC reply", open: /^Z67[\dA]?[\dA-F]{0,16}$/ },
];

const controlNames = new Map<number, string>(
	Object.entries(visaControls).map(([name, byte]) => [byte, name.toUpperCase()]),
);

/** Separators between fields stay: what is hidden is still as many fields of the same lengths. */
const contents = new RegExp(`[^${String.fromCharCode(0x1c)}]`, "g");

/** VISA / VeriFone PINpad 1000SE and UIC PP79x. */
export const visaDialect: Dialect = {
	name: "visa1000se",
	framing: visaFraming,
	takesTurns: true,
	controlName: (byte) => (controlNames.get(byte) ?? "other").toLowerCase(),
	interpreter: () => ({ read: (_direction, frame) => shown(frame) }),
};

function shown(frame: Frame): Shown {
	switch (frame.kind) {
		case "control":
			return { bytes: Uint8Array.of(frame.byte), says: controlNames.get(frame.byte) ?? "unknown" };
		case "garbage":
			return {
				bytes: harmlessGarbage({ framing: visaFraming, checkFromEnd: 1 }, frame.bytes, frame.reason),
				says: `damaged: ${frame.reason}, ${frame.bytes.length} bytes`,
			};
		case "data":
			return packet(frame.payload);
	}
}

function packet(payload: Uint8Array): Shown {
	const text = fromLatin1(payload.subarray(1));
	const { name, seen } = look(text);
	const hidden = text.slice(seen.length).replaceAll(contents, "0");
	const link = payload[0] === visaMarks.si ? "SI" : "STX";
	const rest = hidden === "" ? "" : ` (${hidden.length} characters hidden)`;
	return {
		bytes: visaFraming.encode(latin1(fromLatin1(payload.subarray(0, 1)) + seen + hidden)),
		says: `${link} ${seen.replaceAll(/[^\x20-\x7e]/g, " ")} ${name}${rest}`,
	};
}

function look(text: string): { readonly name: string; readonly seen: string } {
	for (const { name, open } of packets) {
		const seen = open.exec(text)?.[0];
		if (seen !== undefined) {
			return { name, seen };
		}
	}
	return { name: "unknown packet", seen: text.slice(0, 2) };
}
