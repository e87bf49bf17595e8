import { kcv } from "../../../src/crypto/clear/kcv.ts";
import { wrapKeyBlock } from "../../../src/crypto/clear/key-block.ts";
import { fromHex, toHex } from "../../../src/wire/hex.ts";

/** The check value of a TDES key as manifests have it. */
export function kcvOf(hex: string): string {
	return toHex(kcv("TDES", fromHex(hex), { method: "ecb-zeros", length: 3 }).value);
}

/** A key block with the least padding, so that tests need not mask random characters. */
export function blockOf(kbpk: string, header: string, key: string): string {
	const length = 2 + key.length / 2;
	const unit = header.startsWith("D") ? 16 : 8;
	return wrapKeyBlock(fromHex(kbpk), header, {
		key: fromHex(key),
		padding: new Uint8Array(Math.ceil(length / unit) * unit - length),
	});
}
