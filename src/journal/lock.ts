import { readFileSync, rmSync, writeFileSync } from "node:fs";
import { DatabaseSync } from "node:sqlite";
import { Fault } from "../kernel/fault.ts";
import { ensurePrivateFile, type JournalFiles } from "./files.ts";
import { SqliteCode, sqliteCode } from "./sqlite.ts";

/** The right to write a journal. */
export interface Lock {
	release(): void;
}

/** What a lock needs on disk: the file that is locked, and where its holder signs. */
type LockFiles = Pick<JournalFiles, "directory" | "lock" | "holder">;

/**
 * Takes the journal for this process, at once or not at all.
 * The lock is an open exclusive transaction on a file of its own, hence a POSIX record lock: it ends with the process
 * however that ends, and no file left behind can fake it.
 * @throws Fault `journal_locked` with the holder's pid, when it can be told
 */
export function takeLock(files: LockFiles): Lock {
	ensurePrivateFile(files.lock);
	const database = new DatabaseSync(files.lock, { timeout: 0 });
	try {
		database.exec("BEGIN EXCLUSIVE");
	} catch (error) {
		database.close();
		throw sqliteCode(error) === SqliteCode.busy ? locked(files, error) : error;
	}
	writeFileSync(files.holder, `${process.pid}\n`, { mode: 0o600 });
	return {
		release() {
			rmSync(files.holder, { force: true });
			database.close();
		},
	};
}

function locked(files: LockFiles, cause: unknown): Fault {
	const pid = livingHolder(files.holder);
	return new Fault("journal_locked", {
		...(pid === undefined ? {} : { detail: `Process ${pid} uses this journal` }),
		context: { directory: files.directory, ...(pid === undefined ? {} : { pid }) },
		cause,
	});
}

/** The holder may have died or not yet signed: then nobody is named rather than the wrong one. */
function livingHolder(path: string): number | undefined {
	try {
		const pid = Number.parseInt(readFileSync(path, "utf8"), 10);
		return process.kill(pid, 0) ? pid : undefined;
	} catch (error) {
		return isForeignProcess(error) ? Number.parseInt(readFileSync(path, "utf8"), 10) : undefined;
	}
}

/** EPERM: the process lives, but belongs to somebody else. */
function isForeignProcess(error: unknown): boolean {
	return error instanceof Error && "code" in error && error.code === "EPERM";
}
