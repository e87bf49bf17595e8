import { constants } from "node:fs";
import { access, readdir, readFile, realpath, stat } from "node:fs/promises";
import { dirname, join } from "node:path";
import type { PortFacts, ProcessFact } from "../../diagnostics/doctor/facts.ts";

/** What a Linux system tells of itself in `/proc`, `/sys`, `/run` and `/etc`. Whatever cannot be read is left out. */

export async function runningProcesses(): Promise<readonly ProcessFact[]> {
	const pids = (await namesIn("/proc")).filter((name) => /^\d+$/.test(name));
	return Promise.all(
		pids.map(async (pid) => ({
			pid: Number(pid),
			name: (await textOf(`/proc/${pid}/comm`)).trim(),
			command: (await textOf(`/proc/${pid}/cmdline`)).replaceAll("\0", " ").trim(),
		})),
	);
}

/** Terminals the kernel writes to: "ttyS0". */
export async function consoles(): Promise<readonly string[]> {
	return (await textOf("/sys/class/tty/console/active")).trim().split(/\s+/);
}

/** Whether something keeps the clock right: systemd's marker, or a time service that runs. */
export async function isClockKept(processes: readonly ProcessFact[]): Promise<boolean> {
	const services: ReadonlySet<string> = new Set([
		"chronyd",
		"ntpd",
		"openntpd",
		"systemd-timesyn",
		"systemd-timesyncd",
	]);
	return processes.some(({ name }) => services.has(name)) || exists("/run/systemd/timesync/synchronized");
}

/** The node behind a path and who may open it. */
export async function nodeFacts(path: string): Promise<Pick<PortFacts, "node" | "group" | "accessible" | "usb">> {
	const node = await realpath(path).catch(() => undefined);
	if (node === undefined) {
		return { node, group: "", accessible: false, usb: undefined };
	}
	const { gid, rdev } = await stat(node);
	const accessible = await access(node, constants.R_OK | constants.W_OK).then(
		() => true,
		() => false,
	);
	return { node, group: await groupName(gid), accessible, usb: await usbFacts(node, rdev) };
}

async function groupName(gid: number): Promise<string> {
	const groups = (await textOf("/etc/group")).split("\n").map((line) => line.split(":"));
	return groups.find(([, , id]) => id === String(gid))?.[0] ?? String(gid);
}

/** The USB device that a terminal hangs on: the first directory above it with a vendor. */
async function usbFacts(node: string, rdev: number): Promise<PortFacts["usb"]> {
	const start = await realpath(`/sys/class/tty/${node.split("/").at(-1)}/device`).catch(() => "/");
	for (let place = start; place !== "/"; place = dirname(place)) {
		const vendor = (await textOf(join(place, "idVendor"))).trim();
		if (vendor !== "") {
			return {
				id: `${vendor}:${(await textOf(join(place, "idProduct"))).trim()}`,
				autosuspend: (await textOf(join(place, "power/control"))).trim() === "auto",
				ignoredByModemManager: /ID_MM_(?:DEVICE|PORT)_IGNORE=1/.test(await textOf(udevRecord(rdev))),
			};
		}
	}
	return undefined;
}

/** Where udev keeps the properties of a character device, by the numbers makedev(3) packs. */
function udevRecord(rdev: number): string {
	const major = (rdev >> 8) & 0xfff;
	const minor = (rdev & 0xff) | ((rdev >> 12) & 0xfff00);
	return `/run/udev/data/c${major}:${minor}`;
}

async function namesIn(folder: string): Promise<readonly string[]> {
	return readdir(folder).catch(() => []);
}

async function textOf(path: string): Promise<string> {
	return readFile(path, "utf8").catch(() => "");
}

async function exists(path: string): Promise<boolean> {
	return stat(path).then(
		() => true,
		() => false,
	);
}
