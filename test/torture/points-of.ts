import type { Seen } from "./frame-watch.ts";
import type { Commit, JournalPoint, LinePoint, Point } from "./point.ts";

/** Every point of an undisturbed run: before and after each commit and each frame. */
export function pointsOf(commits: readonly Commit[], frames: readonly Seen[]): readonly Point[] {
	return [...commitPoints(commits), ...framePoints(frames)].flatMap((point): readonly Point[] => [
		{ ...point, when: "before" },
		{ ...point, when: "after" },
	]);
}

type Anytime<P> = P extends unknown ? Omit<P, "when"> : never;

/** A commit is known by its first event, which stays the same however commits are grouped. */
function commitPoints(commits: readonly Commit[]): readonly Anytime<JournalPoint>[] {
	const seen = new Map<string, number>();
	const points: Anytime<JournalPoint>[] = [];
	for (const { events } of commits) {
		for (const [index, event] of events.entries()) {
			const nth = (seen.get(event) ?? 0) + 1;
			seen.set(event, nth);
			if (index === 0) {
				points.push({ line: "journal", event, nth });
			}
		}
	}
	return points;
}

function framePoints(frames: readonly Seen[]): readonly Anytime<LinePoint>[] {
	const seen = new Map<string, number>();
	return frames.map(({ line, direction, shown }) => {
		const way = `${line} ${direction} ${shown}`;
		const nth = (seen.get(way) ?? 0) + 1;
		seen.set(way, nth);
		return { line, direction, shown, nth };
	});
}
