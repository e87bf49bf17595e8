import { type FSWatcher, type Stats, watch } from "node:fs";
import { stat } from "node:fs/promises";
import { dirname } from "node:path";
import type { Clock, Timer } from "../kernel/clock.ts";

interface NodeWatchOptions {
	readonly clock: Clock;
	/** Called once, when the node has gone or is another one of the same name. */
	readonly onGone: () => void;
}

/** Looked at this often besides, for file systems whose changes are not announced. */
const lookEveryMs = 1_000;

/**
 * Watches a device node while its port is open.
 * A serial port whose device went away while no read was pending never reports its end, and its zero-byte reads spin;
 * only the vanished node tells.
 * @returns the way to stop watching
 * @throws the file system's error when the node does not exist
 */
export async function watchNode(node: string, options: NodeWatchOptions): Promise<() => void> {
	const first = await stat(node);
	let timer: Timer | undefined;
	let watcher: FSWatcher | undefined;
	let watching = true;
	const stop = (): void => {
		watching = false;
		timer?.cancel();
		watcher?.close();
	};
	const look = async (): Promise<void> => {
		const now = await stat(node).catch(() => undefined);
		if (watching && !isSame(first, now)) {
			stop();
			options.onGone();
		}
	};
	const lookAgain = (): void => {
		timer = options.clock.after(lookEveryMs, () => {
			void look();
			if (watching) {
				lookAgain();
			}
		});
	};
	watcher = watchFolder(dirname(node), () => void look());
	lookAgain();
	return stop;
}

/** Nothing where the system has no more watches to give: the regular look remains. */
function watchFolder(folder: string, onChange: () => void): FSWatcher | undefined {
	try {
		return watch(folder, onChange).on("error", () => undefined);
	} catch {
		return undefined;
	}
}

function isSame(first: Stats, now: Stats | undefined): boolean {
	return now !== undefined && now.ino === first.ino && now.dev === first.dev && now.rdev === first.rdev;
}
