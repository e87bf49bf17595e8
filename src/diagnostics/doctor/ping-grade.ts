import type { Grade } from "./finding.ts";

/** What asking the same harmless question several times gave. */
export interface Pings {
	readonly asked: number;
	/** Milliseconds of each answer. */
	readonly answersMs: readonly number[];
}

/** From the best: how much may be lost, and within what most answers come. */
interface Step {
	readonly grade: number;
	readonly lostShare: number;
	readonly p95Ms: number;
}

/** A pad or printer; whole answers at the speed of its line. */
const deviceSteps: readonly Step[] = [
	{ grade: 10, lostShare: 0, p95Ms: 100 },
	{ grade: 9, lostShare: 0, p95Ms: 250 },
	{ grade: 8, lostShare: 0, p95Ms: 1_000 },
	{ grade: 6, lostShare: 0.05, p95Ms: 3_000 },
	{ grade: 3, lostShare: 0.5, p95Ms: Number.POSITIVE_INFINITY },
	{ grade: 1, lostShare: 0.99, p95Ms: Number.POSITIVE_INFINITY },
];

/** An acquirer, over the network and back. */
const hostSteps: readonly Step[] = [
	{ grade: 10, lostShare: 0, p95Ms: 300 },
	{ grade: 9, lostShare: 0, p95Ms: 1_000 },
	{ grade: 7, lostShare: 0, p95Ms: 3_000 },
	{ grade: 5, lostShare: 0.2, p95Ms: 10_000 },
	{ grade: 2, lostShare: 0.99, p95Ms: Number.POSITIVE_INFINITY },
];

/** 10 is best, 0 is no answer at all; and the reason. */
export function gradePings(
	kind: "device" | "host",
	{ asked, answersMs }: Pings,
): { readonly points: number; readonly grade: Grade; readonly says: string } {
	const sorted = answersMs.toSorted((a, b) => a - b);
	const p95Ms = sorted[Math.max(0, Math.ceil(sorted.length * 0.95) - 1)] ?? Number.POSITIVE_INFINITY;
	const lostShare = asked === 0 ? 1 : (asked - answersMs.length) / asked;
	const steps = kind === "device" ? deviceSteps : hostSteps;
	const points = steps.find((step) => lostShare <= step.lostShare && p95Ms <= step.p95Ms)?.grade ?? 0;
	const speed = sorted.length === 0 ? "" : `, 95 % within ${Math.round(p95Ms)} ms`;
	return {
		points,
		grade: points >= 7 ? "ok" : points >= 4 ? "warn" : "fail",
		says: `${points}/10: ${answersMs.length} of ${asked} answered${speed}`,
	};
}
