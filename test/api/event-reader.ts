/** One event as a client sees it. */
export interface SeenEvent {
	readonly id: string | undefined;
	readonly event: string | undefined;
	readonly data: ReturnType<typeof JSON.parse>;
}

/** Reads server-sent events (WHATWG HTML, 9.2) from an open answer. */
export class EventReader {
	readonly #reader: ReadableStreamDefaultReader<Uint8Array>;
	readonly #decoder = new TextDecoder();
	#text = "";
	lastId: string | undefined;
	heartbeats = 0;

	constructor(response: Response) {
		if (response.body === null) {
			throw new Error("no body");
		}
		this.#reader = response.body.getReader();
	}

	/** The next event with data; undefined at the end of the stream. */
	async next(): Promise<SeenEvent | undefined> {
		for (;;) {
			const block = await this.block();
			if (block === undefined) {
				return undefined;
			}
			const { id, event, data } = block;
			this.lastId = id ?? this.lastId;
			if (data !== undefined) {
				return { id, event, data: JSON.parse(data) };
			}
		}
	}

	/** Events until one that fits. */
	async until(fits: (event: SeenEvent) => boolean): Promise<SeenEvent> {
		for (let event = await this.next(); event !== undefined; event = await this.next()) {
			if (fits(event)) {
				return event;
			}
		}
		throw new Error("the stream ended");
	}

	/** The next block of lines, whatever it is. */
	async block(): Promise<Record<string, string> | undefined> {
		while (!this.#text.includes("\n\n")) {
			const { done, value } = await this.#reader.read();
			if (done) {
				return undefined;
			}
			this.#text += this.#decoder.decode(value, { stream: true });
		}
		const end = this.#text.indexOf("\n\n");
		const lines = this.#text.slice(0, end).split("\n");
		this.#text = this.#text.slice(end + 2);
		return Object.fromEntries(
			lines.map((line) => [line.slice(0, line.indexOf(":")), line.slice(line.indexOf(":") + 1).trim()]),
		);
	}

	async cancel(): Promise<void> {
		await this.#reader.cancel();
	}
}
