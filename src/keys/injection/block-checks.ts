import type { KeyBlockHeader } from "../../crypto/key-block-header.ts";
import { Fault } from "../../kernel/fault.ts";
import { type KeyRole, keyAlgorithms } from "../key-kind.ts";
import { serialNumberId } from "../record/serial-number-id.ts";
import type { ManifestRow } from "./manifest-row.ts";

interface Allowed {
	/** Key usage (X9.143 table 2). */
	readonly usages: readonly string[];
	/** Modes of use that suit what the pad does with the key (X9.143 table 4). */
	readonly modes: string;
}

/** What the header of a key block must say for a key to go into a slot of this role. */
const allowed: Readonly<Record<KeyRole, Allowed>> = {
	TMK: { usages: ["K0"], modes: "BDN" },
	KEK: { usages: ["K0", "K1"], modes: "BDN" },
	TPK: { usages: ["P0"], modes: "BEN" },
	TAK: { usages: ["M0", "M1", "M3", "M6"], modes: "CGN" },
	TDK: { usages: ["D0"], modes: "BEDN" },
	IPEK: { usages: ["B1"], modes: "XN" },
	BDK: { usages: ["B0"], modes: "XN" },
	KBPK: { usages: ["K1"], modes: "BDN" },
};

/** X9.143 has deprecated A and C: their variants bind the header to the key too weakly. */
const acceptedVersions = "BDE";

/**
 * Compares what a key block says of itself with the slot it is for.
 * @throws Fault `key_block_version_refused`, `key_block_mismatch`
 */
export function checkBlockHeader(header: KeyBlockHeader, { role, algorithm, ksn, line }: ManifestRow): void {
	if (!acceptedVersions.includes(header.version)) {
		throw new Fault("key_block_version_refused", { context: { line, version: header.version } });
	}
	const { usages, modes } = allowed[role];
	const mismatch = (what: string): Fault =>
		new Fault("key_block_mismatch", { detail: `Line ${line}: the key block is for ${what}`, context: { line } });
	if (!usages.includes(header.usage)) {
		throw mismatch(`usage ${header.usage}, and a ${role} has ${usages.join(" or ")}`);
	}
	if (!modes.includes(header.mode)) {
		throw mismatch(`mode of use ${header.mode}, and a ${role} has one of ${modes}`);
	}
	if (header.algorithm !== keyAlgorithms[algorithm].cipher.charAt(0)) {
		throw mismatch(`algorithm ${header.algorithm}, and the slot is for ${algorithm}`);
	}
	const carried = header.optionalBlocks.find(({ id }) => id === "KS" || id === "IK")?.data;
	if (ksn !== undefined && carried !== undefined && idOrText(carried) !== serialNumberId(ksn)) {
		throw mismatch("another key serial number");
	}
}

/** What is no key serial number is compared as it stands, and differs. */
function idOrText(data: string): string {
	return /^(?:[0-9A-F]{16}|[0-9A-F]{20})$/.test(data) ? serialNumberId(data) : data;
}
