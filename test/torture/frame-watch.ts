import type { LinePoint } from "./point.ts";

export type Seen = Pick<LinePoint, "line" | "direction" | "shown">;

/** A frame on its way. */
interface Passing extends Seen {
	readonly forward: () => void;
}

/**
 * Sees every frame of the daemon's lines in the order in which they pass, and has the daemon killed at one of them.
 * While it is dead its lines carry nothing, as those of a machine without power.
 */
export class FrameWatch {
	/** Must have killed when it returns. */
	onKill: () => void = () => undefined;
	#seen: Seen[] = [];
	#point: LinePoint | undefined;
	#dead = true;

	/** Frames since the point was set. */
	get seen(): readonly Seen[] {
		return this.#seen;
	}

	/** Counting starts anew. */
	set(point: LinePoint | undefined): void {
		this.#point = point;
		this.#seen = [];
	}

	revive(): void {
		this.#dead = false;
	}

	bury(): void {
		this.#dead = true;
	}

	pass({ line, direction, shown, forward }: Passing): void {
		if (this.#dead) {
			return;
		}
		this.#seen.push({ line, direction, shown });
		const isPoint = this.#isPoint({ line, direction, shown });
		if (!isPoint || this.#point?.when === "after") {
			forward();
		}
		if (isPoint) {
			this.#dead = true;
			this.onKill();
		}
	}

	#isPoint(frame: Seen): boolean {
		const point = this.#point;
		return (
			point !== undefined && isSame(frame, point) && this.#seen.filter((one) => isSame(one, point)).length === point.nth
		);
	}
}

function isSame(one: Seen, other: Seen): boolean {
	return one.line === other.line && one.direction === other.direction && one.shown === other.shown;
}
