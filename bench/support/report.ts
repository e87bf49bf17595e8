import { figureOf, type Rate, rateOf, type Sample, type Spread } from "./measure.ts";

/** A figure that is aimed at, and what was reached. */
interface Goal {
	/** `encode, times jspos`. */
	readonly what: string;
	readonly bound: "at least" | "at most";
	readonly goal: number;
	readonly reached: Spread;
}

/** One piece of work with all who did it. */
export interface Section {
	readonly title: string;
	/** What is counted: `frames`. */
	readonly unit: string;
	/** The rate that means something here. */
	readonly rate: Rate;
	readonly measured: Readonly<Record<string, readonly Sample[]>>;
	readonly goals: readonly Goal[];
}

/** Prints a bench: tables for people, or with `--json` one JSON document. */
export function report(bench: string, sections: readonly Section[]): void {
	const text = process.argv.includes("--json")
		? JSON.stringify({ bench, node: process.version, sections: sections.map(toJson) }, undefined, "\t")
		: [bench, ...sections.map(toText)].join("\n\n");
	process.stdout.write(`${text}\n`);
}

function isMet({ bound, goal, reached }: Goal): boolean {
	return bound === "at least" ? reached.median >= goal : reached.median <= goal;
}

function figureNames(samples: readonly Sample[]): readonly string[] {
	return Object.keys(samples[0]?.figures ?? {});
}

function toJson({ title, unit, measured, goals }: Section): unknown {
	return {
		title,
		unit,
		measured: Object.entries(measured).map(([name, samples]) => ({
			name,
			rounds: samples.length,
			perSecond: rateOf("perSecond", samples),
			perCpuSecond: rateOf("perCpuSecond", samples),
			...Object.fromEntries(figureNames(samples).map((figure) => [figure, figureOf(figure, samples)])),
		})),
		goals: goals.map((goal) => ({ ...goal, met: isMet(goal) })),
	};
}

function toText({ title, unit, rate, measured, goals }: Section): string {
	const figures = [...new Set(Object.values(measured).flatMap(figureNames))];
	const head = [title, `${unit}/s${rate === "perCpuSecond" ? " of CPU" : ""}`, "half of all rounds", ...figures];
	const rows = Object.entries(measured).map(([name, samples]) => {
		const { median, lower, upper } = rateOf(rate, samples);
		return [
			name,
			short(median),
			`${short(lower)} to ${short(upper)}`,
			...figures.map((figure) => short(figureOf(figure, samples).median)),
		];
	});
	return [...table([head, ...rows]), ...goals.map(goalLine)].join("\n");
}

function goalLine(goal: Goal): string {
	const verdict = isMet(goal) ? "met   " : "missed";
	return `  ${verdict} ${goal.what}: ${goal.bound} ${goal.goal}, reached ${short(goal.reached.median)}`;
}

/** Columns as wide as their widest cell, all but the first flush right. */
function table(rows: readonly (readonly string[])[]): readonly string[] {
	const widths = rows[0]?.map((_, column) => Math.max(...rows.map((row) => row[column]?.length ?? 0))) ?? [];
	return rows.map((row) =>
		row
			.map((cell, column) => (column === 0 ? cell.padEnd(widths[column] ?? 0) : cell.padStart(widths[column] ?? 0)))
			.join("   "),
	);
}

/** Three digits that count: 1.62 M, 305 k, 0.71. */
function short(value: number): string {
	if (Number.isNaN(value)) {
		return "–";
	}
	if (value >= 1e6) {
		return `${Number((value / 1e6).toPrecision(3))} M`;
	}
	return value >= 1e4 ? `${Number((value / 1e3).toPrecision(3))} k` : `${Number(value.toPrecision(3))}`;
}
