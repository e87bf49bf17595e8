import { foldCupEcb } from "../../crypto/cup-fold.ts";
import type { MacAlgorithm } from "../../devices/pin-pad.ts";
import type { Turn } from "../../devices/session.ts";
import { Fault } from "../../kernel/fault.ts";
import { type Bytes, latin1, xorBytes } from "../../wire/bytes.ts";
import { fromHex, toHex } from "../../wire/hex.ts";
import { cancelWhateverRuns } from "./cancel.ts";
import type { VisaLink } from "./link.ts";
import { macFlags, packets } from "./packets.ts";
import { malformed, refusal } from "./refusals.ts";

/** A key that comes along with each packet: enciphered under a master key of the pad. */
export interface CarriedKey {
	readonly master: number;
	readonly cryptogram: Bytes;
}

const blockLength = 8;
const singleLength = 8;
/** 224 hex digits a packet, whole blocks. */
const partLength = 112;
const mostParts = 100;

/** The most bytes one MAC can cover. */
const longestMessage = partLength * mostParts;

/**
 * The eight bytes of a MAC as they stand in the message.
 * @throws Fault `E_ILLEGAL` for an algorithm that the length of the key does not give, or a message too long
 */
export function computeVisaMac(
	{ turn, link }: { readonly turn: Turn; readonly link: VisaLink },
	key: CarriedKey,
	{ algorithm, data }: { readonly algorithm: MacAlgorithm; readonly data: Bytes },
): Promise<Bytes> {
	const isSingle = key.cryptogram.length === singleLength;
	switch (algorithm) {
		case "cup-ecb":
			return cupEcb(turn, link, { key, data });
		case "x9.9":
			requireKey(isSingle, "X9.9 takes a single-length key");
			return chainedMac(turn, link, { key, data });
		case "x9.19":
			requireKey(!isSingle, "X9.19 takes a double-length key");
			return chainedMac(turn, link, { key, data });
	}
}

/**
 * Enciphers one block: the MAC of a single block is that, by every algorithm the family has (ISO 9797-1 algorithms 1
 * and 3). Of zeros, it is the key's check value.
 */
export function encipherBlock(turn: Turn, link: VisaLink, under: CarriedKey, block: Bytes): Promise<Bytes> {
	return chainedMac(turn, link, { key: under, data: block });
}

/** The two encipherments of the UnionPay MAC (Q/CUP 009), one block each; its first eight hex digits as text. */
async function cupEcb(turn: Turn, link: VisaLink, { key, data }: Message): Promise<Bytes> {
	const text = latin1(toHex(foldCupEcb(data)));
	const first = await encipherBlock(turn, link, key, text.slice(0, blockLength));
	const mac = await encipherBlock(turn, link, key, xorBytes(first, text.subarray(blockLength)));
	return latin1(toHex(mac).slice(0, blockLength));
}

interface Message {
	readonly key: CarriedKey;
	readonly data: Bytes;
}

/** Z66 part by part. A run that breaks off is cancelled, or the next MAC would continue it. */
async function chainedMac(turn: Turn, link: VisaLink, { key, data }: Message): Promise<Bytes> {
	const parts = partsOf(data);
	const [masterKey, workingKey] = [String(key.master), toHex(key.cryptogram)];
	for (const [sequence, message] of parts.entries()) {
		const isLast = sequence === parts.length - 1;
		const packet = packets.mac({
			flag: isLast ? macFlags.last : macFlags.more,
			sequence,
			masterKey,
			workingKey,
			message,
		});
		const reply = await link.ask(turn, packet);
		const { status, mac } = readMacReply(reply.kind === "packet" ? reply.text : "");
		if (isLast && status === "0" && mac !== undefined) {
			return mac;
		}
		if (isLast || status !== "1") {
			await cancelWhateverRuns(turn, link);
			throw status === undefined || status < "2" ? malformed(packet.name) : refusal(packet.name, "mac", status);
		}
	}
	throw new Fault("E_ILLEGAL", { detail: "An empty message has no MAC" });
}

/** The message as hex, filled up with zero bytes to whole blocks (ISO 9797-1 padding method 1), cut into parts. */
function partsOf(data: Bytes): readonly string[] {
	if (data.length > longestMessage) {
		throw new Fault("E_ILLEGAL", {
			detail: `The pad takes at most ${longestMessage} bytes for one MAC`,
			context: { bytes: data.length, longestMessage },
		});
	}
	const padded = new Uint8Array(Math.ceil(data.length / blockLength) * blockLength);
	padded.set(data);
	return Array.from({ length: Math.ceil(padded.length / partLength) }, (_, index) =>
		toHex(padded.slice(index * partLength, (index + 1) * partLength)),
	);
}

function readMacReply(text: string): { readonly status?: string; readonly mac?: Bytes } {
	const [, status, mac] = /^Z67([\dA])([\dA-F]{16})?$/.exec(text) ?? [];
	return { ...(status === undefined ? {} : { status }), ...(mac === undefined ? {} : { mac: fromHex(mac) }) };
}

function requireKey(fits: boolean, detail: string): void {
	if (!fits) {
		throw new Fault("E_ILLEGAL", { detail });
	}
}
