import { z } from "zod";
import type { BlockCipher } from "../../crypto/clear/block-cipher.ts";
import { type ClearKeyBytes, usingSecret } from "../../crypto/clear/clear-keys.ts";
import { CryptoError } from "../../crypto/crypto-error.ts";
import { open, seal } from "../../crypto/seal.ts";
import { Fault } from "../../kernel/fault.ts";
import { type Bytes, concatBytes } from "../../wire/bytes.ts";
import { fromHex, toHex } from "../../wire/hex.ts";
import { cipherOf, keyAlgorithms } from "../key-kind.ts";
import { type HeldKey, type KeyLabel, type KeyPurpose, type KeyStore, keyLabelSchema } from "./key-store.ts";

/** What a sealed store is made of. */
export interface SealedFileParts {
	readonly purpose: KeyPurpose;
	/** Seals the keys and the list of them; wiped by `close`. */
	readonly key: Bytes;
	/** The terms of the file, bound to everything that is sealed. */
	readonly terms: Bytes;
	/** Puts the sealed list on disk before it returns. */
	readonly save: (sealed: Bytes) => void;
}

interface Entry {
	readonly label: KeyLabel;
	readonly sealed: Bytes;
}

const entriesSchema = z.array(z.strictObject({ label: keyLabelSchema, sealed: z.hex() }));
const utf8 = new TextEncoder();

/**
 * Keys in a file, sealed twice with AES-256-GCM: each by itself under its label, and the whole list. In memory, too,
 * a key lies sealed but for the calls it is lent for.
 */
export class SealedKeyStore implements KeyStore {
	readonly purpose: KeyPurpose;
	readonly lends = true;
	readonly #parts: SealedFileParts;
	#entries: ReadonlyMap<string, Entry>;
	#closed = false;

	private constructor(parts: SealedFileParts, entries: readonly Entry[]) {
		this.purpose = parts.purpose;
		this.#parts = parts;
		this.#entries = new Map(entries.map((entry) => [entry.label.name, entry]));
	}

	/** An empty store, saved. */
	static create(parts: SealedFileParts): SealedKeyStore {
		const store = new SealedKeyStore(parts, []);
		store.#save([]);
		return store;
	}

	/** @throws Fault `vault_damaged` when the list is not what these terms and this key sealed */
	static open(parts: SealedFileParts, sealed: Bytes): SealedKeyStore {
		return new SealedKeyStore(parts, parseEntries(unseal(parts, sealed, "list")));
	}

	list(): readonly KeyLabel[] {
		this.#requireOpen();
		return [...this.#entries.values()].map(({ label }) => label).sort((a, b) => (a.name < b.name ? -1 : 1));
	}

	hold(name: string): HeldKey {
		const entry = this.#find(name);
		const { label } = entry;
		const lend = <Result>(use: (key: ClearKeyBytes) => Result): Result => {
			this.#requireOpen();
			return usingSecret(unseal(this.#parts, entry.sealed, JSON.stringify(label)), use);
		};
		return { label, lend, cipher: lentCipher(label, lend) };
	}

	put(label: KeyLabel, key: ClearKeyBytes): void {
		this.#requireOpen();
		if (this.#entries.has(label.name)) {
			throw new Fault("key_exists", { context: { key: label.name } });
		}
		const parsed = keyLabelSchema.parse(label);
		const { terms, key: sealing } = this.#parts;
		const sealed = seal(sealing, key, place(terms, JSON.stringify(parsed)));
		this.#save([...this.#entries.values(), { label: parsed, sealed }]);
	}

	remove(name: string): void {
		const gone = this.#find(name);
		this.#save([...this.#entries.values()].filter((entry) => entry !== gone));
	}

	close(): void {
		this.#closed = true;
		this.#parts.key.fill(0);
	}

	/** The list in memory changes only when the one on disk has. */
	#save(entries: readonly Entry[]): void {
		const { terms, key, save } = this.#parts;
		const list = utf8.encode(JSON.stringify(entries.map(({ label, sealed }) => ({ label, sealed: toHex(sealed) }))));
		save(seal(key, concatBytes(list), place(terms, "list")));
		this.#entries = new Map(entries.map((entry) => [entry.label.name, entry]));
	}

	#find(name: string): Entry {
		this.#requireOpen();
		const entry = this.#entries.get(name);
		if (entry === undefined) {
			throw new Fault("key_unknown", { context: { key: name } });
		}
		return entry;
	}

	#requireOpen(): void {
		if (this.#closed) {
			throw new Fault("E_CLOSED", { detail: "The vault is closed" });
		}
	}
}

/** A cipher that borrows its key anew for every call. */
function lentCipher({ algorithm }: KeyLabel, lend: HeldKey["lend"]): BlockCipher {
	const borrowed = (use: (cipher: BlockCipher) => Bytes): Bytes => lend((key) => use(cipherOf(algorithm, key)));
	return {
		blockSize: keyAlgorithms[algorithm].cipher === "TDES" ? 8 : 16,
		encipherEcb: (data) => borrowed((cipher) => cipher.encipherEcb(data)),
		decipherEcb: (data) => borrowed((cipher) => cipher.decipherEcb(data)),
		encipherCbc: (iv, data) => borrowed((cipher) => cipher.encipherCbc(iv, data)),
		decipherCbc: (iv, data) => borrowed((cipher) => cipher.decipherCbc(iv, data)),
	};
}

function unseal({ key, terms }: SealedFileParts, sealed: Bytes, what: string): Bytes {
	try {
		return open(key, sealed, place(terms, what));
	} catch (cause) {
		throw cause instanceof CryptoError ? new Fault("vault_damaged", { cause }) : cause;
	}
}

function parseEntries(list: Bytes): readonly Entry[] {
	const entries = entriesSchema.parse(JSON.parse(new TextDecoder().decode(list)));
	return entries.map(({ label, sealed }) => ({ label, sealed: fromHex(sealed) }));
}

function place(terms: Bytes, what: string): Bytes {
	return concatBytes(terms, utf8.encode(what));
}
