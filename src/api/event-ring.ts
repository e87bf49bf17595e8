/** Frames of the event stream, the newest `size` of them, each under an id that never comes back. */
export class EventRing {
	readonly #size: number;
	/** Ids of another run of the daemon must not be taken for ours. */
	readonly #run: string;
	#frames: string[] = [];
	#count = 0;

	constructor(size: number, run: string) {
		this.#size = size;
		this.#run = run;
	}

	/** Id of the newest frame. */
	get head(): string {
		return this.#id(this.#count);
	}

	/** Keeps the frame that `render` makes of its id. */
	append(render: (id: string) => string): string {
		this.#count += 1;
		const frame = render(this.head);
		this.#frames.push(frame);
		if (this.#frames.length > this.#size) {
			this.#frames.shift();
		}
		return frame;
	}

	/** What came after `id`; undefined when that cannot be told any more, or never could. */
	after(id: string): readonly string[] | undefined {
		const place = /^\w+-\d+$/.test(id) ? Number(id.slice(id.indexOf("-") + 1)) : Number.NaN;
		const missed = this.#count - place;
		if (this.#id(place) !== id || missed < 0 || missed > this.#frames.length) {
			return undefined;
		}
		return this.#frames.slice(this.#frames.length - missed);
	}

	#id(place: number): string {
		return `${this.#run}-${place}`;
	}
}
