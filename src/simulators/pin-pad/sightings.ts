import { rfc3339 } from "../../kernel/clock.ts";

/** A command as the pad saw it: never PIN, PAN digits, message or key. */
export interface Sighting {
	/** RFC 3339. */
	readonly at: string;
	/** Two hex digits. */
	readonly command: string;
	/** The harmless beginning of the data, hex. */
	readonly data: string;
	/** How many bytes followed it. */
	readonly hidden: number;
	/** How it ended, two hex digits, whether the answer left or not; absent when the pad took no notice. */
	readonly status?: string;
}

/** The list is for looking at; a pad that runs for weeks must not fill the memory. */
const longest = 1000;

/** What the pad has seen and sent since it started. */
export class Sightings {
	readonly #commands: Sighting[] = [];
	readonly #counts = new Map<string, number>();
	readonly #now: () => number;

	constructor(now: () => number) {
		this.#now = now;
	}

	get commands(): readonly Sighting[] {
		return this.#commands;
	}

	/** By command ("33"), by answer ("33 04"), by key ("digit"); `garbage`, `bytes in` and `bytes out` in bytes. */
	get counts(): Readonly<Record<string, number>> {
		return Object.fromEntries(this.#counts);
	}

	count(what: string, by = 1): void {
		this.#counts.set(what, (this.#counts.get(what) ?? 0) + by);
	}

	saw(sighting: Omit<Sighting, "at">): void {
		this.#commands.push({ at: rfc3339(this.#now()), ...sighting });
		if (this.#commands.length > longest) {
			this.#commands.shift();
		}
		this.count(sighting.command);
		if (sighting.status !== undefined) {
			this.count(`${sighting.command} ${sighting.status}`);
		}
	}
}
