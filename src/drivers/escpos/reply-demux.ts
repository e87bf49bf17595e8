import { fromLatin1 } from "../../wire/bytes.ts";

/** What a byte from the printer turned out to belong to. */
export type Reply =
	/** One byte of a 4-byte automatic status; `first` opens a block. */
	| { readonly kind: "automatic"; readonly byte: number; readonly first: boolean }
	/** Answer to DLE EOT. */
	| { readonly kind: "real_time"; readonly byte: number }
	/** Answer to GS r, or to the numeric functions of GS I. */
	| { readonly kind: "single"; readonly byte: number }
	/** Answer to GS ( H function 48: all data before the request with this id has been printed. */
	| { readonly kind: "proof"; readonly id: string }
	/** Answer to a text function of GS I. */
	| { readonly kind: "text"; readonly text: string }
	/** A well-formed block that answers no question of ours. */
	| { readonly kind: "block"; readonly header: number; readonly body: string }
	/** XON (DC1) or XOFF (DC3) that the line did not swallow. */
	| { readonly kind: "flow"; readonly ready: boolean }
	/** Bytes that fit nothing, or a block that broke off. */
	| { readonly kind: "garbage"; readonly bytes: readonly number[] };

/** Blocks open with one of these and end with 00. */
const blockHeaders: ReadonlySet<number> = new Set([0x37, 0x3d, 0x5f]);
const proofMark = 0x22;
const xon = 0x11;
const xoff = 0x13;

/** GS I texts are at most 80 bytes; more than that without an end is noise. */
const maxBlock = 96;

/**
 * Takes the one byte stream of an ESC/POS printer apart.
 * Exact values come before masks: 3D, 37, 5F, 11 and 13 carry bits that the masks would claim.
 * Pure: no port, no timer. Whoever owns the clock calls `breakOff` after a silence inside a reply.
 */
export class ReplyDemux {
	/** Bytes of an automatic status still to come. */
	#automaticLeft = 0;
	#block: number[] = [];

	/** True inside a reply: silence now means that its rest was lost. */
	get midReply(): boolean {
		return this.#automaticLeft > 0 || this.#block.length > 0;
	}

	push(chunk: Uint8Array): readonly Reply[] {
		return Array.from(chunk).flatMap((byte) => this.#accept(byte));
	}

	/** Gives up the half reply, so that the next byte is taken for a new one. */
	breakOff(): readonly Reply[] {
		this.#automaticLeft = 0;
		const bytes = this.#block;
		this.#block = [];
		return bytes.length > 0 ? [{ kind: "garbage", bytes }] : [];
	}

	#accept(byte: number): readonly Reply[] {
		if (byte === xon || byte === xoff) {
			return [{ kind: "flow", ready: byte === xon }];
		}
		if (this.#block.length > 0) {
			return this.#continueBlock(byte);
		}
		if (this.#automaticLeft > 0 && isAutomaticRest(byte)) {
			this.#automaticLeft -= 1;
			return [{ kind: "automatic", byte, first: false }];
		}
		// A byte that cannot continue the status opens something new; the block before it is lost.
		this.#automaticLeft = 0;
		return this.#open(byte);
	}

	#open(byte: number): readonly Reply[] {
		if (blockHeaders.has(byte)) {
			this.#block = [byte];
			return [];
		}
		if (isAutomaticFirst(byte)) {
			this.#automaticLeft = 3;
			return [{ kind: "automatic", byte, first: true }];
		}
		if (isRealTime(byte)) {
			return [{ kind: "real_time", byte }];
		}
		return isSingle(byte) ? [{ kind: "single", byte }] : [{ kind: "garbage", bytes: [byte] }];
	}

	#continueBlock(byte: number): readonly Reply[] {
		if (byte === 0) {
			const [header = 0, ...body] = this.#block;
			this.#block = [];
			return [blockReply(header, body)];
		}
		if (!isPrintable(byte)) {
			// What looked like the start of a block was noise, and this byte opens something real.
			return [...this.breakOff(), ...this.#open(byte)];
		}
		this.#block.push(byte);
		return this.#block.length > maxBlock ? this.breakOff() : [];
	}
}

function blockReply(header: number, body: readonly number[]): Reply {
	const text = fromLatin1(Uint8Array.from(body));
	if (header === 0x37 && body[0] === proofMark && body.length === 5) {
		return { kind: "proof", id: text.slice(1) };
	}
	return header === 0x5f ? { kind: "text", text } : { kind: "block", header, body: text };
}

/** What the blocks of GS I and GS ( H hold. */
function isPrintable(byte: number): boolean {
	return byte >= 0x20 && byte <= 0x7e;
}

/** Fixed bits 0xx1xx00. */
function isAutomaticFirst(byte: number): boolean {
	return (byte & 0x93) === 0x10;
}

/** Bytes 2 to 4 of an automatic status: fixed bits 0xx0xxxx. */
function isAutomaticRest(byte: number): boolean {
	return (byte & 0x90) === 0;
}

/** Fixed bits 0xx1xx10. */
function isRealTime(byte: number): boolean {
	return (byte & 0x93) === 0x12;
}

/** Fixed bits 0xx0xxxx. */
function isSingle(byte: number): boolean {
	return (byte & 0x90) === 0;
}
