import type { KeyDelivery, KeyEvidence, KeyLoad, KeyPlace } from "../../devices/key-loading.ts";
import type { Turn } from "../../devices/session.ts";
import { Fault, isFault } from "../../kernel/fault.ts";
import { equalBytes } from "../../wire/bytes.ts";
import { fromHex } from "../../wire/hex.ts";
import { initialKeyPacket, masterKeyPacket, selectEnginePacket, slotOf } from "./key-packets.ts";
import type { VisaLink } from "./link.ts";
import { encipherBlock } from "./mac.ts";
import type { VisaOptions } from "./options.ts";
import type { Packet } from "./packet.ts";
import { packets } from "./packets.ts";
import { malformed, refusal } from "./refusals.ts";

/** The pad during one conversation, and how it is set up. */
export interface PadInTurn {
	readonly turn: Turn;
	readonly link: VisaLink;
	readonly options: VisaOptions;
}

/**
 * What stands for a working key when a master key is proved, the same every time, so that proofs can be compared. Not
 * zeros, and of differing halves, which a pad may refuse. Deciphered it is a key that nobody chose.
 */
const proofCryptograms = [fromHex("11111111111111112222222222222222"), fromHex("1111111111111111")];

export type SlotPlace = Extract<KeyPlace, { kind: "master" | "transport" }>;

/** Whether there is a key in a slot (04). */
export async function holdsKey({ turn, link }: PadInTurn, slot: string): Promise<boolean> {
	const packet = packets.checkSlot(slot);
	const reply = await link.ask(turn, packet);
	const result = reply.kind === "packet" ? reply.text.charAt(2) : "";
	if (result !== "0" && result !== "F") {
		throw malformed(packet.name);
	}
	return result === "F";
}

/**
 * Stores a key in a slot (02) and gives what the pad shows of it.
 * @throws Fault `E_FAILURE` with `extended` `echo_differs` (nothing is stored), `load_refused` or the pad's own reason,
 * `E_TIMEOUT` with `load_unconfirmed` (stored or not: prove it)
 */
export async function storeInSlot(pad: PadInTurn, place: SlotPlace, delivery: KeyDelivery): Promise<KeyEvidence> {
	await transfer(pad, masterKeyPacket(pad.options, place, delivery));
	return evidenceOf(pad, place);
}

/** What the pad shows of the key in a slot. */
export async function evidenceOf(pad: PadInTurn, place: SlotPlace): Promise<KeyEvidence> {
	const held = await holdsKey(pad, slotOf(place));
	return held && place.kind === "master" ? provenBelow(pad, place.slot) : holding(held);
}

/**
 * Stores a DUKPT initial key (90, 94).
 * @throws Fault `E_FAILURE` with the pad's reason as `extended`
 */
export async function storeInitialKey(
	{ turn, link, options }: PadInTurn,
	engine: number,
	load: KeyLoad,
): Promise<void> {
	if (options.dialect === "verifone") {
		await link.ask(turn, selectEnginePacket(engine));
	}
	const packet = initialKeyPacket(options, engine, load);
	const reply = await link.ask(turn, packet);
	const [, result, code = ""] = /^91([01])(.?)$/.exec(reply.kind === "packet" ? reply.text : "") ?? [];
	if (result !== "0") {
		throw result === "1" ? refusal(packet.name, "load", code) : malformed(packet.name);
	}
}

/**
 * The check value of a made-up working key under the master key: who knows the master key can compute it. Double length
 * first; a pad of single-length keys takes the other. A master key whose use does not allow for that is only held.
 */
async function provenBelow({ turn, link }: PadInTurn, master: number): Promise<KeyEvidence> {
	for (const cryptogram of proofCryptograms) {
		try {
			const value = await encipherBlock(turn, link, { master, cryptogram }, new Uint8Array(8));
			return { kind: "child_check_value", cryptogram, value };
		} catch (error) {
			if (!isFault(error, "E_FAILURE") || error.extended?.startsWith("mac_") !== true) {
				throw error;
			}
		}
	}
	return holding(true);
}

/** 02 with its echo: acknowledged only when every byte came back as it was sent. */
async function transfer({ turn, link }: PadInTurn, packet: Packet): Promise<void> {
	const delivery = await link.deliver(turn, packet);
	const reply = delivery.kind === "taken" ? await link.replyTo(turn, packet) : delivery;
	if (reply.kind === "ended") {
		throw new Fault("E_FAILURE", {
			detail: `${packet.name}: the pad takes no key now`,
			extended: "load_refused",
			context: { packet: packet.name },
		});
	}
	const code = /^02\?(.)$/.exec(reply.text)?.[1];
	if (code !== undefined) {
		await link.conclude(turn, packet);
		throw refusal(packet.name, "load", code);
	}
	if (!equalBytes(reply.payload, packet.payload)) {
		await link.abandon(turn);
		throw new Fault("E_FAILURE", {
			detail: `${packet.name}: what came back is not what was sent; nothing was stored`,
			extended: "echo_differs",
			context: { packet: packet.name },
		});
	}
	if (!(await link.conclude(turn, packet))) {
		throw link.giveUp(
			new Fault("E_TIMEOUT", {
				detail: `${packet.name}: the pad did not confirm that it stored the key; prove it before use`,
				extended: "load_unconfirmed",
				context: { packet: packet.name },
			}),
		);
	}
}

function holding(held: boolean): KeyEvidence {
	return { kind: held ? "held" : "none" };
}
