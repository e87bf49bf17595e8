import { readdir, readFile, readlink } from "node:fs/promises";
import { basename } from "node:path";

/** A process that has a device node open. */
export interface PortHolder {
	readonly pid: number;
	/** The program, and the script where the program only runs one: "minicom", "node main.ts". */
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
			const command = await readFile(`/proc/${pid}/cmdline`, "latin1").catch(() => "");
			return { pid: Number(pid), holder: programName(command) };
		}
	}
	return undefined;
}

const interpreters = /^(?:node|python|perl|ruby|bash|sh)[\d.]*$/;

/** The name a person looks for, from a command line as `/proc` has it. Arguments stay out: they may be secret. */
export function programName(commandLine: string): string {
	const [program = "", ...rest] = commandLine.split("\0");
	const name = basename(program);
	const script = interpreters.test(name) ? rest.find((word) => word !== "" && !word.startsWith("-")) : undefined;
	return [name === "" ? "unknown" : name, ...(script === undefined ? [] : [basename(script)])].join(" ");
}

/** Processes end while one looks, and those of other users cannot be looked at. */
async function orNone(names: Promise<string[]>): Promise<string[]> {
	return names.catch(() => []);
}
