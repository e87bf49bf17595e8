import { gbkCharacter, pageCharacter } from "./code-pages.ts";
import type { CommandName } from "./command-reader.ts";
import { type Alignment, columnDots, LineComposer } from "./line-composer.ts";

interface TypesetterOptions {
	/** Characters of the normal font that fit on the paper. */
	readonly columns: number;
	/** A line leaves the print head; `height` in normal lines, more than 1 for magnified characters and pictures. */
	readonly onLine: (text: string, height: number) => void;
	readonly complain: (rule: string) => void;
}

/** Everything that ESC @ brings back. A Chinese printer starts in Kanji mode. */
interface Modes {
	kanji: boolean;
	page: number;
	widthFactor: number;
	heightFactor: number;
	alignment: Alignment;
	leftDots: number;
	areaDots: number;
	barcodeHeight: number;
}

type Parameters = readonly number[];

const alignments: readonly Alignment[] = ["left", "centre", "right"];

/** Dots of one line of the normal font with its spacing. */
const lineDots = 30;

/** Puts characters and pictures on lines the way the commands say. */
export class Typesetter {
	readonly #options: TypesetterOptions;
	readonly #line = new LineComposer();
	#modes: Modes;
	#lead: number | undefined;
	#lineHeight = 1;
	/** Height in dots of the picture that GS ( L is to print. */
	#storedPicture: { readonly width: number; readonly height: number } | undefined;

	constructor(options: TypesetterOptions) {
		this.#options = options;
		this.#modes = this.#defaultModes();
	}

	/** True when something waits for the end of its line. */
	get lineBegun(): boolean {
		return !this.#line.empty;
	}

	/** As after power-up or ESC @: what was not printed yet is lost. */
	reset(): void {
		this.#line.clear();
		this.#lead = undefined;
		this.#lineHeight = 1;
		this.#storedPicture = undefined;
		this.#modes = this.#defaultModes();
	}

	text(byte: number): void {
		if (this.#lead !== undefined) {
			this.#twoByteCharacter(this.#lead, byte);
			this.#lead = undefined;
		} else if (this.#modes.kanji && byte >= 0x81 && byte <= 0xfe) {
			this.#lead = byte;
		} else {
			this.#oneByteCharacter(byte);
		}
	}

	/** Obeys what concerns the place of things on the slip; everything else leaves no trace. */
	apply(name: CommandName, parameters: Parameters): void {
		this.#steps[name]?.(parameters);
	}

	readonly #steps: Readonly<Partial<Record<CommandName, (parameters: Parameters) => void>>> = {
		line_feed: () => this.#feed(),
		carriage_return: () => this.#line.moveTo(0),
		tab: () => this.#options.complain("a tab in a slip"),
		feed_lines: ([count = 0]) => this.#feed(count),
		feed_dots: ([dots = 0]) => this.#feed(Math.ceil(dots / lineDots)),
		move_to: (parameters) => this.#line.moveTo(word(parameters, 0)),
		// Two's complement: the way back is a large number.
		move_by: (parameters) => this.#line.moveBy((word(parameters, 0) << 16) >> 16),
		align: ([n = 0]) => {
			this.#modes.alignment = alignments[n % 0x30] ?? "left";
		},
		left_margin: (parameters) => {
			this.#modes.leftDots = word(parameters, 0);
		},
		area_width: (parameters) => {
			this.#modes.areaDots = word(parameters, 0);
		},
		size: ([n = 0]) => {
			this.#modes.widthFactor = ((n >> 4) & 0x07) + 1;
			this.#modes.heightFactor = (n & 0x07) + 1;
		},
		print_mode: ([n = 0]) => {
			this.#modes.widthFactor = (n & 0x20) === 0 ? 1 : 2;
			this.#modes.heightFactor = (n & 0x10) === 0 ? 1 : 2;
		},
		kanji_on: () => {
			this.#modes.kanji = true;
		},
		kanji_off: () => {
			this.#modes.kanji = false;
		},
		code_page: ([page = 0]) => {
			this.#modes.page = page;
		},
		barcode_height: ([dots = 0]) => {
			this.#modes.barcodeHeight = dots;
		},
		barcode: (parameters) => this.#barcode(parameters),
		bit_image: (parameters) => this.#picture(word(parameters, 1), 24),
		raster: (parameters) => this.#picture(word(parameters, 2) * 8, word(parameters, 4)),
		// m fn a bx by c xL xH yL yH after the four bytes of the length: function 112 stores a picture.
		graphics: (parameters) => {
			this.#storedPicture = { width: word(parameters, 11), height: word(parameters, 13) };
		},
	};

	/** GS ( L, function 50: prints the stored picture. */
	printGraphics(): void {
		const picture = this.#storedPicture;
		this.#storedPicture = undefined;
		if (picture === undefined) {
			this.#options.complain("GS ( L prints a picture that was never stored");
			return;
		}
		this.#picture(picture.width, picture.height);
	}

	#oneByteCharacter(byte: number): void {
		const character = pageCharacter(this.#modes.page, byte);
		if (character === undefined) {
			this.#options.complain(`byte ${byte} on code page ${this.#modes.page}, which is not there`);
		}
		this.#put(character ?? "?", 1);
	}

	#twoByteCharacter(lead: number, trail: number): void {
		const character = gbkCharacter(lead, trail);
		if (character === undefined) {
			this.#options.complain(`no character ${lead} ${trail} in the Chinese font`);
		}
		this.#put(character ?? "？", 2);
	}

	/** What does not fit goes to the next line, as on paper. */
	#put(character: string, columns: number): void {
		const width = columns * columnDots * this.#modes.widthFactor;
		if (!this.#line.fits(width, this.#modes.areaDots)) {
			this.#feed();
		}
		this.#line.put(character, columns, width);
		this.#lineHeight = Math.max(this.#lineHeight, this.#modes.heightFactor);
	}

	#feed(lines = 1): void {
		const { alignment, leftDots, areaDots } = this.#modes;
		this.#options.onLine(this.#line.take({ alignment, leftDots, areaDots }), this.#lineHeight);
		this.#lineHeight = 1;
		for (let blank = 1; blank < lines; blank++) {
			this.#options.onLine("", 1);
		}
	}

	#picture(width: number, height: number): void {
		if (!this.#line.empty) {
			this.#feed();
		}
		this.#block(`[picture ${width} x ${height}]`, width, height);
	}

	#barcode([mode = 0, ...rest]: Parameters): void {
		const data = mode >= 65 ? rest.slice(1) : rest.slice(0, -1);
		const shown = data.map((byte) => (byte >= 0x20 && byte <= 0x7e ? String.fromCharCode(byte) : `<${byte}>`));
		this.#block(`[bar code ${mode} ${shown.join("")}]`, 0, this.#modes.barcodeHeight);
	}

	#block(label: string, widthDots: number, heightDots: number): void {
		this.#line.put(label, label.length, Math.max(widthDots, label.length * columnDots));
		this.#lineHeight = Math.max(1, Math.ceil(heightDots / lineDots));
		this.#feed();
	}

	#defaultModes(): Modes {
		return {
			kanji: true,
			page: 0,
			widthFactor: 1,
			heightFactor: 1,
			alignment: "left",
			leftDots: 0,
			areaDots: this.#options.columns * columnDots,
			barcodeHeight: 162,
		};
	}
}

function word(bytes: Parameters, at: number): number {
	return (bytes[at] ?? 0) + (bytes[at + 1] ?? 0) * 256;
}
