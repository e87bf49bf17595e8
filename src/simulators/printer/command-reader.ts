import { toHex } from "../../wire/hex.ts";

/** One step of what a printer is told, in the order it came. */
export type Command =
	/** A byte to print. */
	| { readonly kind: "text"; readonly byte: number }
	| { readonly kind: "command"; readonly name: CommandName; readonly parameters: readonly number[] }
	/** To be obeyed on arrival: DLE EOT n, DLE ENQ n, DLE DC4 fn …. */
	| { readonly kind: "real_time"; readonly name: RealTimeName; readonly value: number }
	/** A broken rule. */
	| { readonly kind: "complaint"; readonly rule: string };

type RealTimeName = "status" | "recover" | "pulse";

/** How many parameter bytes there are in all, judged by those that came already. */
type Length = (come: readonly number[]) => number;

const word = (bytes: readonly number[], at: number): number => (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256;
const fixed =
	(count: number): Length =>
	() =>
		count;
/** fn pL pH, then that many bytes: GS (, FS (. */
const counted: Length = (come) => (come.length < 3 ? 3 : 3 + word(come, 1));
/** Functions 65 and 66 of GS V feed n dots first. */
const cut: Length = ([mode = 0]) => (mode === 65 || mode === 66 ? 2 : 1);
/** GS k m d… NUL for m below 65, GS k m n d… above. */
const barcode: Length = (come) => {
	const [mode = 0, count = 0] = come;
	if (mode >= 65) {
		return come.length < 2 ? 2 : 2 + count;
	}
	return come.length > 1 && come.at(-1) === 0 ? come.length : come.length + 1;
};
/** GS 8 L p1 p2 p3 p4, then that many bytes. */
const longGraphics: Length = (come) => (come.length < 5 ? 5 : 5 + word(come, 1) + word(come, 3) * 65_536);
/** GS v 0 m xL xH yL yH, then x times y bytes. */
const raster: Length = (come) => (come.length < 6 ? 6 : 6 + word(come, 2) * word(come, 4));
/** ESC * m nL nH, then n columns of one byte (m 0, 1) or three. */
const bitImage: Length = (come) => (come.length < 3 ? 3 : 3 + word(come, 1) * ((come[0] ?? 0) < 32 ? 1 : 3));

/** By the two bytes a command begins with. Epson ESC/POS command reference; only what slips are made of. */
const commandTable = {
	"1B20": ["spacing", fixed(1)],
	"1B21": ["print_mode", fixed(1)],
	"1B24": ["move_to", fixed(2)],
	"1B2A": ["bit_image", bitImage],
	"1B2D": ["underline", fixed(1)],
	"1B32": ["line_spacing", fixed(0)],
	"1B33": ["line_spacing", fixed(1)],
	"1B40": ["initialize", fixed(0)],
	"1B45": ["emphasis", fixed(1)],
	"1B47": ["emphasis", fixed(1)],
	"1B4A": ["feed_dots", fixed(1)],
	"1B4D": ["font", fixed(1)],
	"1B52": ["country", fixed(1)],
	"1B5C": ["move_by", fixed(2)],
	"1B61": ["align", fixed(1)],
	"1B64": ["feed_lines", fixed(1)],
	"1B69": ["cut", fixed(0)],
	"1B6D": ["cut", fixed(0)],
	"1B70": ["pulse", fixed(3)],
	"1B74": ["code_page", fixed(1)],
	"1B7B": ["upside_down", fixed(1)],
	"1C21": ["kanji_style", fixed(1)],
	"1C26": ["kanji_on", fixed(0)],
	"1C28": ["kanji_style", counted],
	"1C2D": ["kanji_style", fixed(1)],
	"1C2E": ["kanji_off", fixed(0)],
	"1C43": ["kanji_code", fixed(1)],
	"1C53": ["kanji_style", fixed(2)],
	"1D21": ["size", fixed(1)],
	"1D28": ["function", counted],
	"1D38": ["graphics", longGraphics],
	"1D42": ["inverse", fixed(1)],
	"1D48": ["barcode_style", fixed(1)],
	"1D49": ["identify", fixed(1)],
	"1D4C": ["left_margin", fixed(2)],
	"1D56": ["cut", cut],
	"1D57": ["area_width", fixed(2)],
	"1D61": ["automatic_status", fixed(1)],
	"1D66": ["barcode_style", fixed(1)],
	"1D68": ["barcode_height", fixed(1)],
	"1D6B": ["barcode", barcode],
	"1D72": ["transmit_status", fixed(1)],
	"1D76": ["raster", raster],
	"1D77": ["barcode_style", fixed(1)],
} as const satisfies Readonly<Record<string, readonly [string, Length]>>;

type TableEntry = (typeof commandTable)[keyof typeof commandTable];
export type CommandName = TableEntry[0] | "line_feed" | "carriage_return" | "tab";

const table: ReadonlyMap<string, TableEntry> = new Map(Object.entries(commandTable));
const singleBytes: ReadonlyMap<number, CommandName> = new Map([
	[0x0a, "line_feed"],
	[0x0d, "carriage_return"],
	[0x09, "tab"],
]);
const dle = 0x10;
const introducers: ReadonlySet<number> = new Set([dle, 0x1b, 0x1c, 0x1d]);

/** What follows DLE: EOT, ENQ, DC4. */
const realTimeNames: ReadonlyMap<number | undefined, RealTimeName> = new Map([
	[0x04, "status"],
	[0x05, "recover"],
	[0x14, "pulse"],
]);

/** Functions of DLE DC4 with their parameters: a drawer pulse, power-off, clearing of the buffers. */
const dc4Lengths: ReadonlyMap<number | undefined, number> = new Map([
	[1, 5],
	[2, 5],
	[8, 10],
]);

/** More than the largest picture of a slip; whoever asks for more has lost his place. */
const maxParameters = 1_048_576;

/** Takes the bytes a printer receives apart, however they are cut. Pure. */
export class CommandReader {
	/** The command that is coming in, from its first byte on. */
	#open: number[] = [];
	/** Its least length, as far as it can be told. */
	#least = 2;

	push(chunk: Uint8Array): readonly Command[] {
		return Array.from(chunk).flatMap((byte) => this.#accept(byte));
	}

	/** Forgets a half command, as switching off does. */
	reset(): void {
		this.#take();
	}

	#accept(byte: number): readonly Command[] {
		if (this.#open.length === 0 && !introducers.has(byte)) {
			const name = singleBytes.get(byte);
			if (name !== undefined) {
				return [{ kind: "command", name, parameters: [] }];
			}
			return byte < 0x20 ? [unknown([byte])] : [{ kind: "text", byte }];
		}
		this.#open.push(byte);
		return this.#open[0] === dle ? this.#realTime() : [...this.#realTimeInside(), ...this.#command()];
	}

	#command(): readonly Command[] {
		if (this.#open.length < this.#least) {
			return [];
		}
		const [introducer = 0, selector = 0, ...parameters] = this.#open;
		const entry = table.get(toHex(Uint8Array.of(introducer, selector)));
		if (entry === undefined) {
			return [unknown(this.#take())];
		}
		const [name, length] = entry;
		const expected = length(parameters);
		if (expected > maxParameters) {
			return [unknown(this.#take())];
		}
		if (parameters.length < expected) {
			this.#least = 2 + expected;
			return [];
		}
		this.#take();
		return [{ kind: "command", name, parameters }];
	}

	#realTime(): readonly Command[] {
		const [, selector, value = 0] = this.#open;
		const length = selector === 0x14 ? (dc4Lengths.get(this.#open[2]) ?? 3) : 3;
		if (this.#open.length < length) {
			return [];
		}
		const bytes = this.#take();
		const name = realTimeNames.get(selector);
		return [name === undefined ? unknown(bytes) : { kind: "real_time", name, value }];
	}

	/** A printer obeys real-time commands inside the data of others too, which no sender should make it do. */
	#realTimeInside(): readonly Command[] {
		const [before, selector, value] = this.#open.slice(-3);
		if (this.#open.length < 6 || before !== dle || value === undefined) {
			return [];
		}
		const name = realTimeNames.get(selector);
		if (name === undefined) {
			return [];
		}
		return [
			{ kind: "complaint", rule: `real-time command inside data: ${toHex(Uint8Array.from(this.#open.slice(-3)))}` },
			{ kind: "real_time", name, value },
		];
	}

	#take(): readonly number[] {
		const bytes = this.#open;
		this.#open = [];
		this.#least = 2;
		return bytes;
	}
}

function unknown(bytes: readonly number[]): Command {
	return { kind: "complaint", rule: `unknown command ${toHex(Uint8Array.from(bytes))}` };
}
