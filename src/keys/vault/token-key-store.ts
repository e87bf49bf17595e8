import { z } from "zod";
import type { BlockCipher } from "../../crypto/clear/block-cipher.ts";
import { type ClearKeyBytes, usingSecret } from "../../crypto/clear/clear-keys.ts";
import { CryptoError } from "../../crypto/crypto-error.ts";
import { Fault } from "../../kernel/fault.ts";
import { type Bytes, concatBytes } from "../../wire/bytes.ts";
import { keyAlgorithms } from "../key-kind.ts";
import { type HeldKey, type KeyLabel, type KeyPurpose, type KeyStore, keyLabelSchema } from "./key-store.ts";
import { cryptokiNumbers } from "./pkcs11-module.ts";
import { type TokenSession, withToken } from "./token-session.ts";

interface Entry {
	readonly label: KeyLabel;
	readonly object: Buffer;
}

/** What CKA_ID says of a key of ours; the keys of others are none of our business. */
const idSchema = z.strictObject({ tillbridge: z.literal(1), ...keyLabelSchema.omit({ name: true }).shape });

const { attribute, secretKey, keyType, ecb, cbc } = cryptokiNumbers;
const mostKeys = 10_000;

/**
 * Keys in a PKCS#11 token, sensitive and not extractable: they encipher and decipher inside, and never come out. With
 * its keys key blocks are opened, keys are carried to pads, and what a pad holds is proved. Its own keys cannot be loaded
 * into a pad, nor initial keys derived from its BDKs; the key in a key block is in this process for a moment, in clear.
 */
export class TokenKeyStore implements KeyStore {
	readonly purpose: KeyPurpose;
	readonly lends = false;
	readonly #session: TokenSession;
	#entries: ReadonlyMap<string, Entry>;
	#closed = false;

	constructor(purpose: KeyPurpose, session: TokenSession) {
		this.purpose = purpose;
		this.#session = session;
		this.#entries = withToken(() => readEntries(session));
	}

	list(): readonly KeyLabel[] {
		this.#requireOpen();
		return [...this.#entries.values()].map(({ label }) => label).sort((a, b) => (a.name < b.name ? -1 : 1));
	}

	hold(name: string): HeldKey {
		const { label, object } = this.#find(name);
		return {
			label,
			cipher: this.#cipher(label, object),
			lend() {
				throw new Fault("key_not_lendable", { context: { key: name } });
			},
		};
	}

	put(label: KeyLabel, key: ClearKeyBytes): void {
		this.#requireOpen();
		if (this.#entries.has(label.name)) {
			throw new Fault("key_exists", { context: { key: label.name } });
		}
		const parsed = keyLabelSchema.parse(label);
		const object = usingSecret(Buffer.from(key), (value) =>
			withToken(() => this.#session.cryptoki.C_CreateObject(this.#session.handle, template(parsed, value))),
		);
		this.#entries = new Map([...this.#entries, [parsed.name, { label: parsed, object }]]);
	}

	remove(name: string): void {
		const { object } = this.#find(name);
		withToken(() => this.#session.cryptoki.C_DestroyObject(this.#session.handle, object));
		this.#entries = new Map([...this.#entries].filter(([other]) => other !== name));
	}

	close(): void {
		if (!this.#closed) {
			this.#closed = true;
			this.#session.close();
		}
	}

	#cipher({ algorithm }: KeyLabel, object: Buffer): BlockCipher {
		const { cipher } = keyAlgorithms[algorithm];
		const blockSize = cipher === "TDES" ? 8 : 16;
		const run = (direction: "Encrypt" | "Decrypt", mechanism: number, data: Uint8Array, iv?: Uint8Array): Bytes => {
			this.#requireOpen();
			requireBlocks(blockSize, data, iv);
			const parameter = iv === undefined ? {} : { parameter: Buffer.from(iv) };
			return this.#run(direction, { mechanism, ...parameter }, object, data);
		};
		return {
			blockSize,
			encipherEcb: (data) => run("Encrypt", ecb[cipher], data),
			decipherEcb: (data) => run("Decrypt", ecb[cipher], data),
			encipherCbc: (iv, data) => run("Encrypt", cbc[cipher], data, iv),
			decipherCbc: (iv, data) => run("Decrypt", cbc[cipher], data, iv),
		};
	}

	#run(
		direction: "Encrypt" | "Decrypt",
		mechanism: { readonly mechanism: number; readonly parameter?: Buffer },
		object: Buffer,
		data: Uint8Array,
	): Bytes {
		if (data.length === 0) {
			return new Uint8Array();
		}
		const { cryptoki, handle } = this.#session;
		return withToken(() => {
			cryptoki[`C_${direction}Init`](handle, mechanism, object);
			const output = Buffer.alloc(data.length);
			return usingSecret(cryptoki[`C_${direction}`](handle, Buffer.from(data), output), (result) =>
				concatBytes(result),
			);
		});
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

function template(
	{ name, ...kind }: KeyLabel,
	value: Buffer,
): { type: number; value: Buffer | string | number | boolean }[] {
	const { cipher } = keyAlgorithms[kind.algorithm];
	return [
		{ type: attribute.class, value: secretKey },
		{ type: attribute.keyType, value: keyType[cipher === "AES" ? "AES" : value.length === 16 ? "DES2" : "DES3"] },
		{ type: attribute.token, value: true },
		{ type: attribute.private, value: true },
		{ type: attribute.sensitive, value: true },
		{ type: attribute.extractable, value: false },
		{ type: attribute.modifiable, value: false },
		{ type: attribute.encrypt, value: true },
		{ type: attribute.decrypt, value: true },
		{ type: attribute.label, value: name },
		{ type: attribute.id, value: Buffer.from(JSON.stringify({ tillbridge: 1, ...kind })) },
		{ type: attribute.value, value },
	];
}

function readEntries({ cryptoki, handle }: TokenSession): ReadonlyMap<string, Entry> {
	cryptoki.C_FindObjectsInit(handle, [{ type: attribute.class, value: secretKey }]);
	const objects = cryptoki.C_FindObjects(handle, mostKeys);
	cryptoki.C_FindObjectsFinal(handle);
	const entries = objects.flatMap((object): readonly [string, Entry][] => {
		const [name, id] = cryptoki.C_GetAttributeValue(handle, object, [
			{ type: attribute.label },
			{ type: attribute.id },
		]);
		const label = readLabel(name?.value.toString() ?? "", id?.value.toString() ?? "");
		return label === undefined ? [] : [[label.name, { label, object }]];
	});
	return new Map(entries);
}

function readLabel(name: string, id: string): KeyLabel | undefined {
	try {
		const { data } = idSchema.safeParse(JSON.parse(id));
		return data && keyLabelSchema.parse({ name, role: data.role, algorithm: data.algorithm, kcv: data.kcv });
	} catch {
		return undefined;
	}
}

/** As the ciphers of this process do it, so that no caller can tell where a key is. */
function requireBlocks(blockSize: number, data: Uint8Array, iv: Uint8Array | undefined): void {
	if (data.length % blockSize !== 0 || (iv !== undefined && iv.length !== blockSize)) {
		throw new CryptoError("data_invalid", `data must be whole blocks of ${blockSize} bytes, got ${data.length} bytes`);
	}
}
