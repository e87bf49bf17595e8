/** Dots of one column of the normal font. */
export const columnDots = 12;

/** Something printed on a line. */
interface Glyph {
	readonly text: string;
	readonly startDots: number;
	readonly widthDots: number;
	/** Columns that `text` takes on a screen. */
	readonly columns: number;
}

export type Alignment = "left" | "centre" | "right";

/** The line a printer is filling, before it is printed; becomes plain text whose columns are those of the paper. */
export class LineComposer {
	#glyphs: Glyph[] = [];
	#cursorDots = 0;

	get empty(): boolean {
		return this.#glyphs.length === 0;
	}

	/** True when so much more still fits into an area of this width. */
	fits(widthDots: number, areaDots: number): boolean {
		return this.#cursorDots + widthDots <= areaDots;
	}

	put(text: string, columns: number, widthDots: number): void {
		this.#glyphs.push({ text, columns, startDots: this.#cursorDots, widthDots });
		this.#cursorDots += widthDots;
	}

	moveTo(dots: number): void {
		this.#cursorDots = dots;
	}

	moveBy(dots: number): void {
		this.#cursorDots += dots;
	}

	/** Gives the line away and begins a new one. */
	take(place: { readonly alignment: Alignment; readonly leftDots: number; readonly areaDots: number }): string {
		const glyphs = this.#glyphs.toSorted((a, b) => a.startDots - b.startDots);
		const used = Math.max(0, ...glyphs.map(({ startDots, widthDots }) => startDots + widthDots));
		const free = Math.max(0, place.areaDots - used);
		const shift = place.leftDots + { left: 0, centre: Math.floor(free / 2), right: free }[place.alignment];
		this.clear();
		return drawn(glyphs, shift);
	}

	clear(): void {
		this.#glyphs = [];
		this.#cursorDots = 0;
	}
}

/** Neighbours stay neighbours, also where a magnified one is narrower on the screen; after a gap the column is made good. */
function drawn(glyphs: readonly Glyph[], shiftDots: number): string {
	let line = "";
	let columns = 0;
	let endDots: number | undefined;
	for (const glyph of glyphs) {
		if (glyph.startDots !== endDots) {
			const gap = Math.max(0, Math.round((shiftDots + glyph.startDots) / columnDots) - columns);
			line += " ".repeat(gap);
			columns += gap;
		}
		line += glyph.text;
		columns += glyph.columns;
		endDots = glyph.startDots + glyph.widthDots;
	}
	return line.trimEnd();
}
