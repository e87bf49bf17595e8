import {
	closeSync,
	constants,
	fsyncSync,
	mkdirSync,
	openSync,
	readFileSync,
	renameSync,
	rmSync,
	type Stats,
	statSync,
	writeFileSync,
} from "node:fs";
import { dirname } from "node:path";
import { z } from "zod";
import { Fault } from "../kernel/fault.ts";
import { scopes } from "./scopes.ts";

const tokenRecord = z.strictObject({
	id: z.string(),
	name: z.string(),
	scopes: z.array(z.enum(scopes)),
	/** SHA-256 of the secret, hex. The secret itself is shown once and kept nowhere. */
	sha256: z.string().regex(/^[0-9a-f]{64}$/),
	createdAt: z.int(),
});

export type TokenRecord = Readonly<z.infer<typeof tokenRecord>>;

const tokenFile = z.strictObject({ version: z.literal(1), tokens: z.array(tokenRecord) });

/** The records of a file that another process may change at any time. */
export class TokenFile {
	readonly #path: string;
	#seen = "";
	#records: readonly TokenRecord[] = [];

	constructor(path: string) {
		this.#path = path;
	}

	/**
	 * The records as they are on disk now: the file is read again when its inode, size or time has changed.
	 * @throws Fault `tokens_unusable` when others may read or write the file, or it is not ours
	 */
	read(): readonly TokenRecord[] {
		const stats = statSync(this.#path, { throwIfNoEntry: false });
		if (stats === undefined) {
			return [];
		}
		const version = [stats.ino, stats.size, stats.mtimeMs, stats.ctimeMs].join();
		if (version !== this.#seen) {
			checkMode(this.#path, stats);
			this.#records = parse(this.#path);
			this.#seen = version;
		}
		return this.#records;
	}

	/**
	 * Replaces the records in one step. The new file is the lock: whoever comes second is refused.
	 * @throws Fault `tokens_unusable`
	 */
	update(change: (records: readonly TokenRecord[]) => readonly TokenRecord[]): void {
		const draft = `${this.#path}.new`;
		mkdirSync(dirname(this.#path), { recursive: true, mode: 0o700 });
		const handle = openDraft(draft);
		try {
			const tokens = change(this.read());
			writeFileSync(handle, `${JSON.stringify({ version: 1, tokens }, undefined, "\t")}\n`);
			fsyncSync(handle);
			renameSync(draft, this.#path);
		} catch (error) {
			rmSync(draft, { force: true });
			throw error;
		} finally {
			closeSync(handle);
		}
	}
}

function openDraft(path: string): number {
	try {
		return openSync(path, constants.O_WRONLY | constants.O_CREAT | constants.O_EXCL, 0o600);
	} catch (cause) {
		throw new Fault("tokens_unusable", { detail: `${path} cannot be made`, context: { path }, cause });
	}
}

function checkMode(path: string, { mode }: Stats): void {
	if ((mode & 0o077) !== 0) {
		const octal = (mode & 0o777).toString(8).padStart(4, "0");
		throw new Fault("tokens_unusable", { detail: `${path} has mode ${octal}, not 0600`, context: { path } });
	}
}

function parse(path: string): readonly TokenRecord[] {
	try {
		return tokenFile.parse(JSON.parse(readFileSync(path, "utf8"))).tokens;
	} catch (cause) {
		throw new Fault("tokens_unusable", { detail: `${path} is not a tokens file`, context: { path }, cause });
	}
}
