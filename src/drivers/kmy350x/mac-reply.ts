import { type Bytes, latin1 } from "../../wire/bytes.ts";
import { toHex } from "../../wire/hex.ts";

const macLength = 8;

/** How this pad writes a UnionPay MAC; `auto` until its bytes have told. */
export type MacReplyForm = "auto" | "raw" | "text";

/**
 * The UnionPay MAC as it stands in the message: the first eight characters of the hex text (Q/CUP 009).
 * Some pads give these characters, others the eight bytes behind them. Eight bytes that all happen to be
 * hex characters come once in 2^32; a pad seen to give other bytes is `raw` from then on.
 */
export function readCupMac(
	reply: Bytes,
	form: MacReplyForm,
): { readonly mac: Bytes; readonly form: MacReplyForm } | undefined {
	if (reply.length !== macLength) {
		return undefined;
	}
	const isText = form === "text" || (form === "auto" && reply.every(isHexCharacter));
	return isText ? { mac: reply, form } : { mac: latin1(toHex(reply).slice(0, macLength)), form: "raw" };
}

function isHexCharacter(byte: number): boolean {
	return (byte >= 0x30 && byte <= 0x39) || (byte >= 0x41 && byte <= 0x46);
}
