import {
	closeSync,
	fchmodSync,
	fstatSync,
	fsyncSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	writeSync,
} from "node:fs";
import { dirname } from "node:path";
import { syncDirectory } from "../../journal/files.ts";
import { Fault } from "../../kernel/fault.ts";

/**
 * Reads a file that is nobody else's business. Looks at the open file, not at its name: what was checked is what is read.
 * @returns nothing when there is no such file
 * @throws Fault `vault_unsafe` for a mode wider than 0600 or another owner
 */
export function readPrivateFile(path: string): string | undefined {
	const handle = openForReading(path);
	if (handle === undefined) {
		return undefined;
	}
	try {
		const { mode, uid } = fstatSync(handle);
		if ((mode & 0o177) !== 0) {
			const text = (mode & 0o777).toString(8).padStart(3, "0");
			throw new Fault("vault_unsafe", { detail: `${path} has mode ${text}, it must be 600`, context: { file: path } });
		}
		if (uid !== process.getuid?.()) {
			throw new Fault("vault_unsafe", { detail: `${path} belongs to another user`, context: { file: path } });
		}
		return readFileSync(handle, "utf8");
	} finally {
		closeSync(handle);
	}
}

/** Puts a new content in place of the old one: after a crash there is one or the other, whole, with mode 0600. */
export function replacePrivateFile(path: string, content: string): void {
	const fresh = `${path}.new`;
	rmSync(fresh, { force: true });
	const handle = openSync(fresh, "wx", 0o600);
	try {
		fchmodSync(handle, 0o600);
		writeSync(handle, content);
		fsyncSync(handle);
	} finally {
		closeSync(handle);
	}
	renameSync(fresh, path);
	syncDirectory(dirname(path));
}

function openForReading(path: string): number | undefined {
	try {
		return openSync(path, "r");
	} catch (error) {
		if (error instanceof Error && "code" in error && error.code === "ENOENT") {
			return undefined;
		}
		throw error;
	}
}
