import { type CounterName, counters } from "./counters.ts";
import type { LineName, LineStatistics } from "./line-watch.ts";

/** One line for `/metrics`. */
export interface ExposedLine {
	readonly name: LineName;
	/** Enabled, or the host connected or idle. */
	readonly up: boolean;
	readonly statistics: LineStatistics;
}

export interface ExposedProcess {
	readonly version: string;
	readonly uptimeMs: number;
	readonly memoryBytes: number;
}

/**
 * Counters in the text format of Prometheus (exposition format 0.0.4). Labels are the line and the cause; card data is
 * in none of them.
 */
export function expose(lines: readonly ExposedLine[], { version, uptimeMs, memoryBytes }: ExposedProcess): string {
	const names = Object.keys(counters).filter(isCounterName);
	return [
		...family("tillbridge_build_info", "gauge", "Version that runs", [[label({ version }), 1]]),
		...family("tillbridge_uptime_seconds", "gauge", "Since the start", [["", uptimeMs / 1000]]),
		...family("process_resident_memory_bytes", "gauge", "Memory in use", [["", memoryBytes]]),
		...family(
			"tillbridge_line_up",
			"gauge",
			"1 when the device is enabled or the host line not down",
			lines.map(({ name, up }) => [label({ ...name }), Number(up)]),
		),
		...names.flatMap((name) =>
			family(
				`tillbridge_${name}_total`,
				"counter",
				counters[name].help,
				lines.flatMap((line) => counterSamples(name, line)),
			),
		),
		...family(
			"tillbridge_answer_seconds",
			"summary",
			"From question to answer, newest 512",
			lines.flatMap(latencySamples),
		),
		"",
	].join("\n");
}

/** Labels in braces, and the value. */
type Sample = readonly [string, number];

function family(name: string, type: string, help: string, samples: readonly Sample[]): readonly string[] {
	return samples.length === 0
		? []
		: [
				`# HELP ${name} ${help}`,
				`# TYPE ${name} ${type}`,
				...samples.map(([labels, value]) => `${name}${labels} ${value}`),
			];
}

function counterSamples(name: CounterName, { name: line, statistics }: ExposedLine): readonly Sample[] {
	const { label: by } = counters[name];
	return Object.entries(statistics.counts)
		.filter(([key]) => key === name || key.startsWith(`${name}.`))
		.map(([key, value]) => {
			const cause = key.slice(name.length + 1);
			return [label({ ...line, ...(by === undefined ? {} : { [by]: cause }) }), value];
		});
}

function latencySamples({ name, statistics: { latency } }: ExposedLine): readonly Sample[] {
	return latency === undefined
		? []
		: [
				[label({ ...name, quantile: "0.5" }), latency.p50Ms / 1000],
				[label({ ...name, quantile: "0.99" }), latency.p99Ms / 1000],
			];
}

function label(labels: Readonly<Record<string, string>>): string {
	const pairs = Object.entries(labels).map(([name, value]) => `${name}="${escape(value)}"`);
	return `{${pairs.join(",")}}`;
}

function escape(value: string): string {
	return value.replaceAll("\\", "\\\\").replaceAll('"', '\\"').replaceAll("\n", "\\n");
}

function isCounterName(name: string): name is CounterName {
	return Object.hasOwn(counters, name);
}
