import { randomBytes } from "../../crypto/random.ts";
import type { KeyEvidence, KeyLoad, KeyPlace } from "../../devices/key-loading.ts";
import type { Turn } from "../../devices/session.ts";
import { Fault, isFault } from "../../kernel/fault.ts";
import { equalBytes } from "../../wire/bytes.ts";
import { formsFor, initialKeyPacket, masterKeyPacket, masterSlots, selectEnginePacket, slotOf } from "./key-packets.ts";
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

type SlotPlace = Extract<KeyPlace, { kind: "master" | "transport" }>;

/** All places that 04 can ask about. */
export const slotPlaces: readonly SlotPlace[] = [
	{ kind: "transport" },
	...Array.from({ length: masterSlots }, (_, slot): SlotPlace => ({ kind: "master", slot })),
];

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
 * Stores a key.
 * @throws Fault `E_ILLEGAL` when the pad has no way to take it, `E_FAILURE` with `extended` `echo_differs` (nothing is
 * stored), `load_refused` or the pad's own reason, `E_TIMEOUT` with `load_unconfirmed` (stored or not: prove it)
 */
export async function storeKey(pad: PadInTurn, load: KeyLoad): Promise<KeyEvidence> {
	const { place, delivery } = load;
	if (!formsFor(pad.options, place).includes(delivery.form) || place.kind === "working") {
		throw new Fault("E_ILLEGAL", {
			detail: "The pad takes no key of this form at this place: see the driver's `dialect` and `experimental`",
			context: { place: place.kind, form: delivery.form },
		});
	}
	if (place.kind === "initial") {
		await storeInitialKey(pad, place.engine, load);
		return { kind: "held" };
	}
	await transfer(pad, masterKeyPacket(pad.options, place, delivery));
	// Anything but loading and checking ends the loading mode of UIC's pads, in which the next clear key may come.
	const mayProve = pad.options.dialect === "verifone" || delivery.form !== "clear";
	return mayProve ? evidenceOf(pad, place) : holding(await holdsKey(pad, slotOf(place)));
}

/** What the pad shows of the key at a place. */
export async function evidenceOf(pad: PadInTurn, place: KeyPlace): Promise<KeyEvidence> {
	if (place.kind === "initial" || place.kind === "working") {
		throw new Fault("E_ILLEGAL", { detail: "The pad cannot be asked about this key: take a PIN or a MAC under it" });
	}
	const held = await holdsKey(pad, slotOf(place));
	return held && place.kind === "master" ? provenBelow(pad, place.slot) : holding(held);
}

/**
 * The check value of a random working key under the master key: who knows the master key can compute it.
 * A master key whose use does not allow for that is only held.
 */
async function provenBelow({ turn, link, options }: PadInTurn, master: number): Promise<KeyEvidence> {
	const cryptogram = randomBytes(options.dialect === "verifone" ? 8 : 16);
	try {
		const value = await encipherBlock(turn, link, { master, cryptogram }, new Uint8Array(8));
		return { kind: "child_check_value", cryptogram, value };
	} catch (error) {
		if (isFault(error, "E_FAILURE") && error.extended?.startsWith("mac_") === true) {
			return holding(true);
		}
		throw error;
	}
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

async function storeInitialKey({ turn, link, options }: PadInTurn, engine: number, load: KeyLoad): Promise<void> {
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

function holding(held: boolean): KeyEvidence {
	return { kind: held ? "held" : "none" };
}
