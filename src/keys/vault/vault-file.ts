import { z } from "zod";
import { Fault } from "../../kernel/fault.ts";
import { type Bytes, concatBytes } from "../../wire/bytes.ts";
import { keyPurposeSchema } from "./key-store.ts";

/** The format that is written; every older one can be read. */
const newest = 1;

const base64 = z.base64().transform((text) => concatBytes(Buffer.from(text, "base64")));

/**
 * The name of a person as records and forms show it. It begins with a letter, so that no spreadsheet takes it for a formula.
 */
export const personNameSchema = z
	.string()
	.regex(/^\p{L}[\p{L}\p{N} .'-]{0,39}$/u, "up to 40 letters, digits, blanks, . ' -, a letter first");

/**
 * Which half of the secret a person opens. Both are needed; people of one side stand in for each other (primary and
 * backup custodian), and never make up for the other side.
 */
export const sideSchema = z.enum(["A", "B"]);
export type Side = z.infer<typeof sideSchema>;

const holderSchema = z.strictObject({
	name: personNameSchema,
	side: sideSchema,
	salt: base64,
	/** The half of the side, sealed under this person's passphrase. */
	share: base64,
});

/** Cost of one guess (RFC 7914): memory is 128 N r bytes. The bounds keep a forged file from exhausting the machine. */
const scryptSchema = z.strictObject({
	N: z
		.int()
		.min(2 ** 14)
		.max(2 ** 20),
	r: z.literal(8),
	p: z.literal(1),
});
export type ScryptCost = z.infer<typeof scryptSchema>;

const providerSchema = z.discriminatedUnion("kind", [
	z.strictObject({ kind: z.literal("sealed-file") }),
	z.strictObject({ kind: z.literal("pkcs11"), module: z.string().min(1), tokenLabel: z.string().min(1) }),
]);
export type ProviderSettings = z.infer<typeof providerSchema>;

const vaultFileSchema = z.strictObject({
	format: z.literal("tillbridge-vault"),
	version: z.literal(newest),
	purpose: keyPurposeSchema,
	provider: providerSchema,
	scrypt: scryptSchema,
	holders: z.array(holderSchema).min(2),
	/** The keys of a sealed file; empty for a token, which has them itself. */
	sealed: base64,
});

/** What lies on disk: everything but `share` and `sealed` may be read by anybody, and changed by nobody. */
export type VaultFile = z.infer<typeof vaultFileSchema>;
export type Holder = VaultFile["holders"][number];
/** The part of the file that shares and keys are bound to. */
export type VaultTerms = Pick<VaultFile, "format" | "version" | "purpose" | "provider" | "scrypt">;

const utf8 = new TextEncoder();

/** The terms of a new vault, in the newest format. */
export function termsOf(parts: Omit<VaultTerms, "format" | "version">): VaultTerms {
	return { format: "tillbridge-vault", version: newest, ...parts };
}

/**
 * Reads the text of a vault file.
 * @throws Fault `vault_newer`, `vault_damaged`
 */
export function parseVaultFile(text: string): VaultFile {
	const json = parseJson(text);
	const { data: head } = z.object({ format: z.literal("tillbridge-vault"), version: z.int() }).safeParse(json);
	if (head !== undefined && head.version > newest) {
		throw new Fault("vault_newer", { context: { version: head.version } });
	}
	const { data, error } = vaultFileSchema.safeParse(json);
	if (data === undefined) {
		throw new Fault("vault_damaged", { detail: "The vault file is no vault, or was cut short", cause: error });
	}
	return data;
}

/** The text of a vault file. */
export function formatVaultFile({ holders, sealed, ...terms }: VaultFile): string {
	const coded = holders.map(({ salt, share, ...who }) => ({ ...who, salt: toBase64(salt), share: toBase64(share) }));
	return `${JSON.stringify({ ...terms, holders: coded, sealed: toBase64(sealed) }, undefined, "\t")}\n`;
}

/** The terms as bytes: associated data of everything that is sealed, so that no word of them can be changed. */
export function termsBytes(
	{ format, version, purpose, provider, scrypt }: VaultTerms,
	...more: readonly string[]
): Bytes {
	const where = provider.kind === "pkcs11" ? [provider.module, provider.tokenLabel] : [];
	const { N, r, p } = scrypt;
	return concatBytes(utf8.encode(JSON.stringify([format, version, purpose, provider.kind, where, N, r, p, ...more])));
}

function parseJson(text: string): unknown {
	try {
		return JSON.parse(text);
	} catch (cause) {
		throw new Fault("vault_damaged", { detail: "The vault file is no JSON", cause });
	}
}

function toBase64(bytes: Uint8Array): string {
	return Buffer.from(bytes).toString("base64");
}
