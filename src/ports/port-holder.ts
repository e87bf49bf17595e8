import { readdir, readFile, readlink } from "node:fs/promises";

/** A process that has a device node open. */
export interface PortHolder {
	readonly pid: number;
	/** The command name, as in `ps`. */
	readonly holder: string;
}

/**
 * Finds another process that has this node open, by looking through `/proc`.
 * Without root only processes of the same user can be seen: no result does not mean that there is none.
 */
export async function findPortHolder(node: string): Promise<PortHolder | undefined> {
	const pids = (await orNone(readdir("/proc"))).filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
	for (const pid of pids) {
		const folder = `/proc/${pid}/fd`;
		const handles = await orNone(readdir(folder));
		const targets = await Promise.all(handles.map((handle) => readlink(`${folder}/${handle}`).catch(() => "")));
		if (targets.includes(node)) {
			const name = await readFile(`/proc/${pid}/comm`, "latin1").catch(() => "unknown");
			return { pid: Number(pid), holder: name.trim() };
		}
	}
	return undefined;
}

/** Processes end while one looks, and those of other users cannot be looked at. */
async function orNone(names: Promise<string[]>): Promise<string[]> {
	return names.catch(() => []);
}
