/** A slip that was cut off. */
export interface Slip {
	/** Plain text, one line of paper a line; its columns are those of the paper. */
	readonly text: string;
}

/** The roll and what has been printed on it. */
export class Paper {
	readonly #slips: Slip[] = [];
	#hanging: string[] = [];
	#linesLeft: number;

	constructor(linesLeft: number) {
		this.#linesLeft = linesLeft;
	}

	get linesLeft(): number {
		return this.#linesLeft;
	}

	get slips(): readonly Slip[] {
		return this.#slips;
	}

	/** What hangs out of the printer, not cut off yet. */
	get hanging(): string {
		return this.#hanging.join("\n");
	}

	load(lines: number): void {
		this.#linesLeft = lines;
	}

	print(line: string, height: number): void {
		this.#hanging.push(line);
		this.#linesLeft = Math.max(0, this.#linesLeft - height);
	}

	cut(): void {
		this.#slips.push({ text: this.hanging });
		this.#hanging = [];
	}
}
