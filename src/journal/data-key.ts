import { closeSync, existsSync, fchmodSync, fstatSync, fsyncSync, openSync, readSync, writeSync } from "node:fs";
import { hmacSha256 } from "../crypto/digest.ts";
import { randomBytes } from "../crypto/random.ts";
import { open, seal } from "../crypto/seal.ts";
import { Fault } from "../kernel/fault.ts";
import { type Bytes, latin1 } from "../wire/bytes.ts";
import { toHex } from "../wire/hex.ts";
import { type JournalFiles, syncDirectory } from "./files.ts";

const keyLength = 32;
const utf8 = new TextEncoder();

/** What the data key is for: sealing secrets and comparing without storing. The key itself stays inside. */
export class DataKey {
	readonly #sealing: Bytes;
	readonly #fingerprinting: Bytes;

	constructor(key: Bytes) {
		this.#sealing = hmacSha256(key, latin1("journal secrets"));
		this.#fingerprinting = hmacSha256(key, latin1("journal fingerprints"));
	}

	/** A sealed secret opens only under its own stream and name. */
	seal(stream: string, name: string, value: Bytes): Bytes {
		return seal(this.#sealing, value, place(stream, name));
	}

	/** @throws CryptoError `seal_unverified` when it was sealed under another key or elsewhere, or was changed */
	open(stream: string, name: string, sealed: Bytes): Bytes {
		return open(this.#sealing, sealed, place(stream, name));
	}

	/** HMAC-SHA-256 as hex: 64 characters. */
	fingerprint(data: Uint8Array): string {
		return toHex(hmacSha256(this.#fingerprinting, data));
	}
}

function place(stream: string, name: string): Bytes {
	return utf8.encode(JSON.stringify([stream, name]));
}

/**
 * Reads the data key, 32 random bytes in a file of mode 0600; makes it when the journal is new.
 * @throws Fault `key_file_unsafe` when others may read it, when it belongs to somebody else, when it is not a key, or
 * when it is gone although the journal is there
 */
export function loadDataKey(files: JournalFiles): DataKey {
	if (!existsSync(files.dataKey)) {
		if (existsSync(files.database)) {
			throw keyFault(files, "The data key file is missing; without it this journal's secrets cannot be opened");
		}
		createKeyFile(files);
	}
	return new DataKey(readKeyFile(files));
}

function createKeyFile(files: JournalFiles): void {
	const handle = openSync(files.dataKey, "wx", 0o600);
	try {
		fchmodSync(handle, 0o600);
		writeSync(handle, randomBytes(keyLength));
		fsyncSync(handle);
	} finally {
		closeSync(handle);
	}
	syncDirectory(files.directory);
}

/** Looks at the open file, not at its name: what was checked is what is read. */
function readKeyFile(files: JournalFiles): Bytes {
	const handle = openSync(files.dataKey, "r");
	try {
		const { mode, uid, size } = fstatSync(handle);
		if ((mode & 0o077) !== 0) {
			throw keyFault(files, `The data key file has mode ${(mode & 0o777).toString(8)}, it must be 600`);
		}
		if (uid !== process.getuid?.()) {
			throw keyFault(files, "The data key file belongs to another user");
		}
		const key = new Uint8Array(keyLength);
		if (size !== keyLength || readSync(handle, key) !== keyLength) {
			throw keyFault(files, `The data key file has ${size} bytes, it must have ${keyLength}`);
		}
		return key;
	} finally {
		closeSync(handle);
	}
}

/** A fault about the key file; names the file, never its content. */
export function keyFault(files: JournalFiles, detail: string, cause?: unknown): Fault {
	return new Fault("key_file_unsafe", { detail, context: { file: files.dataKey }, cause });
}
