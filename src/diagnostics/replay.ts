import { type Bytes, concatBytes } from "../wire/bytes.ts";
import type { Decoder, Frame } from "../wire/framing.ts";
import type { Dialect, Interpreter } from "./dialect.ts";
import type { TraceEntry } from "./trace.ts";
import { readHex, showHex } from "./trace-hex.ts";

/** What the recorded device sent, and how long after what it had heard. */
interface Response {
	readonly bytes: Bytes;
	readonly afterMs: number;
}

/** A frame the daemon sent: what the recording answers it with, or that it does not know it. */
export type Heard =
	| { readonly kind: "known"; readonly says: string; readonly responses: readonly Response[] }
	| { readonly kind: "unknown"; readonly says: string };

/**
 * A recording as a device: what it hears is masked as the recording was, looked up from where it stands, from the
 * beginning when it is not found there, and answered as it was answered then. So a start-up dialogue can be repeated,
 * and a payment with another card still meets its answers.
 */
export class Replay {
	readonly #entries: readonly TraceEntry[];
	readonly #dialect: Dialect;
	readonly #interpreter: Interpreter;
	readonly #decoder: Decoder | undefined;
	#pending: Bytes = new Uint8Array();
	#next = 0;

	constructor(entries: readonly TraceEntry[], dialect: Dialect) {
		this.#entries = entries;
		this.#dialect = dialect;
		this.#interpreter = dialect.interpreter();
		this.#decoder = dialect.framing?.decoder();
	}

	/** Bytes from the daemon, however they were cut. */
	hear(bytes: Uint8Array): readonly Heard[] {
		if (this.#decoder === undefined) {
			return this.#hearRaw(bytes);
		}
		return this.#decoder
			.push(bytes)
			.filter(({ kind }) => kind !== "garbage")
			.map((frame) => this.#answer(frame));
	}

	/** Without frames a recorded write is found by its length. */
	#hearRaw(bytes: Uint8Array): readonly Heard[] {
		this.#pending = concatBytes(this.#pending, bytes);
		const heard: Heard[] = [];
		for (;;) {
			const index = this.#find((entry) => entry.hex === this.#masked(readHex(entry.hex).length));
			const entry = index === undefined ? undefined : this.#entries[index];
			if (index === undefined || entry === undefined) {
				return heard;
			}
			this.#pending = this.#pending.slice(readHex(entry.hex).length);
			heard.push(this.#at(index, entry.says));
		}
	}

	#masked(length: number): string | undefined {
		if (length === 0 || length > this.#pending.length) {
			return undefined;
		}
		const payload = this.#pending.slice(0, length);
		return showHex(this.#dialect.interpreter().read("out", { kind: "data", payload }).bytes);
	}

	#answer(frame: Frame): Heard {
		const { bytes, says } = this.#interpreter.read("out", frame);
		const hex = showHex(bytes);
		const index = this.#find((entry) => entry.hex === hex);
		return index === undefined ? { kind: "unknown", says } : this.#at(index, says);
	}

	/** The next place in the recording where the daemon said this. */
	#find(isThis: (entry: TraceEntry) => boolean): number | undefined {
		const places = this.#entries.flatMap((entry, index) => (entry.direction === "out" && isThis(entry) ? [index] : []));
		return places.find((index) => index >= this.#next) ?? places[0];
	}

	#at(index: number, says: string): Heard {
		const asked = this.#entries[index]?.at ?? 0;
		const rest = this.#entries.slice(index + 1);
		const end = rest.findIndex(({ direction }) => direction === "out");
		const responses = (end === -1 ? rest : rest.slice(0, end)).map(({ hex, at }) => ({
			bytes: readHex(hex),
			afterMs: Math.max(0, at - asked),
		}));
		this.#next = index + 1 + responses.length;
		return { kind: "known", says, responses };
	}
}
