import type { DeviceCategory } from "../devices/device.ts";
import type { Driver } from "../devices/driver.ts";
import { type Finding, findingsOf } from "./finding.ts";
import { nearest } from "./nearest.ts";
import type { DevicePort } from "./port-schema.ts";
import type { AcquirerInput, DeviceInput, LaneInput } from "./schema.ts";
import { guideTo } from "./schema-guide.ts";

/** The parts of the file by name; undefined where an entry is broken in itself. */
export interface Sections {
	readonly devices: ReadonlyMap<string, DeviceInput | undefined>;
	readonly acquirers: ReadonlyMap<string, AcquirerInput | undefined>;
	readonly lanes: ReadonlyMap<string, LaneInput | undefined>;
}

/** What no part of the file can see alone: references, sharing, and what drivers ask for. */
export function crossCheck(sections: Sections, drivers: readonly Driver[]): readonly Finding[] {
	return [
		...entriesOf(sections.devices).flatMap(([id, device]) => checkDriver(id, device, drivers)),
		...sharedBy(entriesOf(sections.devices), ({ port }) => portText(port), {
			path: (id) => ["devices", id, "port"],
			message: (first) => `is the port of \`${first}\` as well`,
			cure: "One port has one device: remove one of the two, or give it its own port.",
		}),
		...entriesOf(sections.lanes).flatMap(([id, lane]) => checkReferences(id, lane, sections, drivers)),
		...sharedBy(entriesOf(sections.lanes), ({ pinPad }) => pinPad, {
			path: (id) => ["lanes", id, "pinPad"],
			message: (first) => `is the PIN pad of \`${first}\` as well`,
			cure: "One pad serves one lane: give the lane its own pad.",
		}),
		...sharedBy(entriesOf(sections.lanes), ({ acquirer, terminalId }) => `${acquirer} ${terminalId}`, {
			path: (id) => ["lanes", id, "terminalId"],
			message: (first) => `is the terminal of \`${first}\` as well`,
			cure: "Trace numbers count per terminal: ask the acquirer for a number for each lane.",
		}),
	];
}

function entriesOf<T>(section: ReadonlyMap<string, T | undefined>): readonly (readonly [string, T])[] {
	return [...section].flatMap(([id, entry]) => (entry === undefined ? [] : [[id, entry] as const]));
}

function checkDriver(id: string, device: DeviceInput, drivers: readonly Driver[]): readonly Finding[] {
	const path = ["devices", id, "driver"];
	const driver = drivers.find((candidate) => candidate.id === device.driver);
	if (driver === undefined) {
		const known = drivers.map((candidate) => candidate.id);
		return [{ path, message: "is not a known driver", cure: suggestion(device.driver, known) }];
	}
	const unproven: readonly Finding[] =
		driver.experimental && !device.experimental
			? [{ path, message: "is experimental", cure: "Set `experimental: true` beside it if that is meant." }]
			: [];
	const { error } = driver.options.safeParse(device.options, { reportInput: true });
	const findings = findingsOf(error?.issues ?? [], guideTo(driver.options));
	return [
		...unproven,
		...findings.map((finding) => ({ ...finding, path: ["devices", id, "options", ...finding.path] })),
	];
}

function checkReferences(
	id: string,
	lane: LaneInput,
	sections: Sections,
	drivers: readonly Driver[],
): readonly Finding[] {
	const device = (key: "pinPad" | "printer", category: DeviceCategory): readonly Finding[] => {
		const name = lane[key];
		return name === undefined
			? []
			: checkDevice(["lanes", id, key], { name, category }, { devices: sections.devices, drivers });
	};
	return [
		...device("pinPad", "PinPad"),
		...device("printer", "PosPrinter"),
		...(sections.acquirers.has(lane.acquirer)
			? []
			: [
					{
						path: ["lanes", id, "acquirer"],
						message: "is not under `acquirers`",
						cure: suggestion(lane.acquirer, [...sections.acquirers.keys()]),
					},
				]),
	];
}

function checkDevice(
	path: readonly string[],
	wanted: { readonly name: string; readonly category: DeviceCategory },
	known: { readonly devices: Sections["devices"]; readonly drivers: readonly Driver[] },
): readonly Finding[] {
	if (!known.devices.has(wanted.name)) {
		const cure = suggestion(wanted.name, [...known.devices.keys()]);
		return [{ path: [...path], message: "is not under `devices`", cure }];
	}
	const driver = known.drivers.find(({ id }) => id === known.devices.get(wanted.name)?.driver);
	if (driver === undefined || driver.category === wanted.category) {
		return [];
	}
	const cure = `Name a device of category ${wanted.category}.`;
	return [{ path: [...path], message: `is a ${driver.category}, not a ${wanted.category}`, cure }];
}

interface SharingRule {
	readonly path: (id: string) => string[];
	readonly message: (first: string) => string;
	readonly cure: string;
}

/** Complains of every entry that has the same mark as an earlier one. */
function sharedBy<T>(
	entries: readonly (readonly [string, T])[],
	markOf: (entry: T) => string,
	rule: SharingRule,
): readonly Finding[] {
	const holders = new Map<string, string>();
	return entries.flatMap(([id, entry]) => {
		const mark = markOf(entry);
		const first = holders.get(mark);
		if (first === undefined) {
			holders.set(mark, id);
			return [];
		}
		return [{ path: rule.path(id), message: rule.message(first), cure: rule.cure }];
	});
}

function portText(port: DevicePort): string {
	return "serial" in port ? port.serial : port.tcp.toLowerCase();
}

function suggestion(name: string, known: readonly string[]): string {
	const guess = nearest(name, known);
	if (guess !== undefined) {
		return `Did you mean \`${guess}\`?`;
	}
	return known.length === 0 ? "There is none yet: add it." : `Use one of: ${known.join(", ")}.`;
}
