import { z } from "zod";
import type { KeyPlace } from "../../devices/key-loading.ts";
import { keyAlgorithmSchema, keyAlgorithms, keyRoleSchema } from "../key-kind.ts";
import { placeOf } from "../place.ts";
import { ksnSchema, serialSchema } from "../record/entry.ts";
import { keyNameSchema } from "../vault/key-store.ts";

/** The columns of a manifest, in YAML the keys of a row. */
export const manifestColumns = [
	"serial",
	"slot",
	"role",
	"algorithm",
	"from",
	"block",
	"under",
	"kek",
	"kcv",
	"ksn",
] as const;

const upperHex = (pattern: RegExp, text: string): z.ZodType<string> =>
	z
		.string()
		.transform((value) => value.toUpperCase())
		.pipe(z.string().regex(pattern, text));

const cellsSchema = z.strictObject({
	serial: serialSchema,
	slot: z.string(),
	role: keyRoleSchema,
	algorithm: keyAlgorithmSchema,
	from: keyNameSchema.optional(),
	block: z
		.string()
		.regex(/^[\x20-\x7e]{32,9999}$/, "a key block")
		.optional(),
	under: keyNameSchema.optional(),
	kek: keyNameSchema.optional(),
	kcv: upperHex(/^(?:[0-9A-F]{2}){3,8}$/, "6 to 16 hex digits"),
	ksn: z
		.string()
		.transform((value) => value.toUpperCase())
		.pipe(ksnSchema)
		.optional(),
});

/** Where the key of a row comes from: the vault, by its name, or a key block under a KBPK of the vault. */
type KeySource =
	| { readonly kind: "held"; readonly name: string }
	| { readonly kind: "block"; readonly block: string; readonly under: string };

/** One key for one slot of one pad. */
export interface ManifestRow {
	/** Of the manifest, for messages. */
	readonly line: number;
	readonly serial: string;
	readonly place: KeyPlace;
	readonly role: z.infer<typeof keyRoleSchema>;
	readonly algorithm: z.infer<typeof keyAlgorithmSchema>;
	readonly source: KeySource;
	/** Name of the key that the pad holds already and this one travels under; without it the key travels in the clear. */
	readonly kek: string | undefined;
	/** Expected check value, as hex; its method is the one of the algorithm. */
	readonly kcv: string;
	readonly ksn: string | undefined;
}

/** A row from its cells, or what is wrong with it. */
export function readManifestRow(line: number, cells: unknown): ManifestRow | string {
	const { data, error } = cellsSchema.safeParse(cells);
	if (data === undefined) {
		const issue = error.issues[0];
		return `${issue?.path.join(".") ?? "row"}: ${issue?.message ?? "not valid"}`;
	}
	const { serial, role, algorithm, kek, kcv, ksn } = data;
	const place = placeOf(role, data.slot);
	const source = sourceOf(data);
	if (place === undefined) {
		return `slot: a ${role} has no slot ${data.slot}; master keys have one number, working keys two, as in 0/1`;
	}
	if (source === undefined) {
		return "a key comes `from` the vault, or in a `block` that is `under` a key of the vault";
	}
	const ksnProblem = problemOfKsn(role, algorithm, ksn);
	return ksnProblem ?? { line, serial, place, role, algorithm, source, kek, kcv, ksn };
}

type Cells = z.infer<typeof cellsSchema>;

function sourceOf({ from, block, under }: Cells): KeySource | undefined {
	if (from !== undefined && block === undefined && under === undefined) {
		return { kind: "held", name: from };
	}
	return from === undefined && block !== undefined && under !== undefined ? { kind: "block", block, under } : undefined;
}

/** TDES DUKPT has serial numbers of 10 bytes, AES DUKPT of 12, of which the first 8 are the initial key id. */
function problemOfKsn(role: Cells["role"], algorithm: Cells["algorithm"], ksn: string | undefined): string | undefined {
	if (role !== "IPEK") {
		return ksn === undefined ? undefined : "ksn: only an initial key has a key serial number";
	}
	const lengths = keyAlgorithms[algorithm].cipher === "TDES" ? [20] : [16, 24];
	return lengths.includes(ksn?.length ?? 0)
		? undefined
		: `ksn: an initial key of ${algorithm} has ${lengths.join(" or ")} hex digits`;
}
