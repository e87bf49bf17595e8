import type { Clock } from "../kernel/clock.ts";
import type { Dialect } from "./dialect.ts";
import { type LineName, LineWatch } from "./line-watch.ts";

/** The lines of the daemon as a technician sees them. */
export class Diagnostics {
	readonly #clock: Clock;
	readonly #lines: LineWatch[] = [];

	constructor(clock: Clock) {
		this.#clock = clock;
	}

	/** Begins to watch a line; who opens its ports does it through what comes back. */
	watch(name: LineName, dialect: Dialect): LineWatch {
		const line = new LineWatch({ name, dialect, clock: this.#clock });
		this.#lines.push(line);
		return line;
	}

	find({ kind, id }: LineName): LineWatch | undefined {
		return this.#lines.find(({ name }) => name.kind === kind && name.id === id);
	}

	/** All lines, in the order of the configuration. */
	get lines(): readonly LineWatch[] {
		return this.#lines;
	}
}
