import type { LinePoint } from "./point.ts";

/** A frame, as far as it can be told from others. */
export type Seen = Pick<LinePoint, "line" | "direction" | "shown">;

/** A frame on its way. */
interface Passing extends Seen {
	readonly forward: () => void;
}

/**
 * Sees every frame of the daemon's lines in the order in which they pass, and has the daemon killed at one of them.
 * What it had sent before still arrives; what comes for a dead daemon is lost, as on a line that nobody has open.
 */
export class FrameWatch {
	/** Must have killed when it returns. */
	onKill: () => void = () => undefined;
	#seen: Seen[] = [];
	#point: LinePoint | undefined;
	/** Where the daemon was killed: nothing that comes behind was ever sent. */
	#cut: LinePoint | undefined;
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
		this.#cut = undefined;
	}

	bury(): void {
		this.#dead = true;
	}

	pass({ forward, ...frame }: Passing): void {
		if (isSameWay(frame, this.#cut) || (this.#dead && frame.direction === "in")) {
			return;
		}
		this.#seen.push(frame);
		const point = this.#point;
		const isPoint = point !== undefined && isSame(frame, point) && this.#count(point) === point.nth;
		if (!isPoint || point.when === "after") {
			forward();
		}
		if (isPoint) {
			this.#cut = point;
			this.onKill();
		}
	}

	#count(point: LinePoint): number {
		return this.#seen.filter((one) => isSame(one, point)).length;
	}
}

function isSame(one: Seen, other: Seen): boolean {
	return isSameWay(one, other) && one.shown === other.shown;
}

function isSameWay(one: Seen, other: Seen | undefined): boolean {
	return one.line === other?.line && one.direction === other.direction;
}
