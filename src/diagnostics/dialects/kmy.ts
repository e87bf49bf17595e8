import { fromLatin1 } from "../../wire/bytes.ts";
import type { Frame } from "../../wire/framing.ts";
import { toHex } from "../../wire/hex.ts";
import { kmyFraming, kmyKeys } from "../../wire/kmy-framing.ts";
import type { Dialect, Direction, Interpreter, Shown } from "../dialect.ts";
import { harmlessGarbage, keepFirst } from "./harmless.ts";

interface CommandView {
	readonly name: string;
	/** How many bytes behind the command byte may be seen: settings and slots, never keys, PIN blocks or message data. */
	readonly request: number;
	/** How many bytes behind the status byte may be seen: versions, check values, MACs. */
	readonly answer: number;
}

const all = Number.POSITIVE_INFINITY;
const kcv = 4;
const mac = 8;

/** Commands of KMY350x and ZT C70/C90 by their first byte, and what of them is no secret. */
const commands: Readonly<Record<string, CommandView>> = {
	"30": { name: "version", request: 0, answer: all },
	"31": { name: "reset and self-test", request: 0, answer: 0 },
	"32": { name: "load master key", request: 1, answer: kcv },
	"33": { name: "load working key", request: 2, answer: kcv },
	"34": { name: "PAN digits", request: 0, answer: 0 },
	"35": { name: "start PIN entry", request: 5, answer: 0 },
	"36": { name: "encrypt", request: 0, answer: kcv },
	"41": { name: "MAC", request: 0, answer: mac },
	"42": { name: "read PIN block", request: 0, answer: 0 },
	"43": { name: "activate key", request: 2, answer: 0 },
	"45": { name: "close keypad", request: 1, answer: 0 },
	"46": { name: "setting", request: 2, answer: 0 },
};

const unknown: CommandView = { name: "unknown command", request: 0, answer: 0 };
const silent: CommandView = { name: "nothing asked", request: 0, answer: 0 };

const keyNames = new Map<number, string>(Object.entries(kmyKeys).map(([name, byte]) => [byte, name]));

/** KMY350x and ZT C70/C90. Answers carry no number: what they may show depends on the command before. */
export const kmyDialect: Dialect = {
	name: "kmy350x",
	framing: kmyFraming,
	takesTurns: true,
	// How many digits were typed is nobody's business, also not in a counter.
	controlName: () => "key",
	interpreter: () => interpreter(),
};

function interpreter(): Interpreter {
	let asked = silent;
	return {
		read(direction, frame) {
			if (direction === "out" && frame.kind === "data") {
				asked = commands[toHex(frame.payload.subarray(0, 1))] ?? unknown;
			}
			return shown(direction, frame, asked);
		},
	};
}

function shown(direction: Direction, frame: Frame, asked: CommandView): Shown {
	switch (frame.kind) {
		case "control":
			return { bytes: Uint8Array.of(frame.byte), says: `key: ${keyNames.get(frame.byte) ?? "unknown"}` };
		case "garbage":
			return {
				bytes: harmlessGarbage({ framing: kmyFraming, checkFromEnd: 2 }, frame.bytes, frame.reason),
				says: `damaged: ${frame.reason}, ${frame.bytes.length} bytes`,
			};
		case "data": {
			const open = direction === "out" ? asked.request : asked.answer;
			const payload = keepFirst(frame.payload, 1 + open);
			return {
				bytes: kmyFraming.encode(payload),
				says: direction === "out" ? question(payload, asked) : answer(payload, asked),
			};
		}
	}
}

function question(payload: Uint8Array, { name, request }: CommandView): string {
	return said(name, payload, request);
}

function answer(payload: Uint8Array, asked: CommandView): string {
	const status = toHex(payload.subarray(0, 1));
	const text = asked.answer === all ? ` "${printable(payload.subarray(1))}"` : "";
	return `${said(`status ${status} to ${asked.name}`, payload, asked.answer)}${text}`;
}

function said(name: string, payload: Uint8Array, open: number): string {
	const seen = payload.subarray(1, 1 + Math.min(open, payload.length));
	const hidden = payload.length - 1 - seen.length;
	const parts = [
		seen.length === 0 || open === all ? "" : ` ${(toHex(seen).match(/../g) ?? []).join(" ")}`,
		hidden === 0 ? "" : ` (${hidden} bytes hidden)`,
	];
	return `${name}${parts.join("")}`;
}

function printable(bytes: Uint8Array): string {
	return fromLatin1(bytes)
		.replaceAll(/[^\x20-\x7e]+/g, " ")
		.trim();
}
