import type { KeyDelivery, KeyLoad, KeyPlace } from "../../devices/key-loading.ts";
import { Fault } from "../../kernel/fault.ts";
import { toHex } from "../../wire/hex.ts";
import type { VisaOptions } from "./options.ts";
import { adminPacket, type Packet, transactionPacket } from "./packet.ts";

/** Master keys have one digit, since 08 and Z66 name them so. */
export const masterSlots = 10;
/** Holds the key that key blocks come under. */
const transportSlot = "F";

type Forms = readonly KeyDelivery["form"][];

interface Loadable {
	readonly master: Forms;
	readonly transport: Forms;
	readonly initial: Forms;
	/** How many sets of DUKPT keys. */
	readonly engines: number;
	/** Lengths of a clear key, bytes. */
	readonly clearLengths: readonly number[];
}

/** What each dialect takes; what one maker's manual alone says is behind `experimental`. */
const loadable: Readonly<Record<"verifone" | "uic" | "uic experimental", Loadable>> = {
	verifone: { master: ["clear"], transport: ["clear"], initial: ["clear"], engines: 3, clearLengths: [8] },
	uic: { master: [], transport: [], initial: ["clear"], engines: 1, clearLengths: [] },
	"uic experimental": {
		master: ["clear", "key_block"],
		transport: ["clear"],
		initial: ["clear", "key_block"],
		engines: 2,
		clearLengths: [16, 24],
	},
};

const initialKeyLengths: readonly number[] = [8, 16];
const ksnLength = 10;

/** The forms in which a key can come to a place of this pad. */
export function formsFor(options: VisaOptions, place: KeyPlace): Forms {
	const takes = loadableIn(options);
	switch (place.kind) {
		case "master":
			return place.slot < masterSlots ? takes.master : [];
		case "transport":
			return takes.transport;
		case "initial":
			return place.engine < takes.engines ? takes.initial : [];
		case "working":
			return [];
	}
}

/** The character by which packets name a slot. */
export function slotOf(place: Extract<KeyPlace, { kind: "master" | "transport" }>): string {
	return place.kind === "transport" ? transportSlot : String(place.slot);
}

/**
 * 02 with a key for a slot; the pad sends it back to be compared, and stores it when that is acknowledged.
 * @throws Fault `E_ILLEGAL` for a key of a length that the pad does not take
 */
export function masterKeyPacket(
	options: VisaOptions,
	place: Extract<KeyPlace, { kind: "master" | "transport" }>,
	delivery: KeyDelivery,
): Packet {
	const { clearLengths } = loadableIn(options);
	return adminPacket("02 load key", `02${slotOf(place)}${keyText(delivery, clearLengths)}`, { replies: ["02"] });
}

/**
 * 90 with a DUKPT initial key, or 94 for UIC's second set. A key block carries the key serial number itself.
 * @throws Fault `E_ILLEGAL` for a key or key serial number of a wrong length
 */
export function initialKeyPacket({ dialect }: VisaOptions, engine: number, { delivery, ksn }: KeyLoad): Packet {
	const id = dialect === "uic" && engine === 1 ? "94" : "90";
	return transactionPacket(
		`${id} load initial key`,
		`${id}${keyText(delivery, initialKeyLengths)}${ksnText(delivery, ksn)}`,
		{
			replies: ["91"],
			repeatable: false,
		},
	);
}

/** 19: which of VeriFone's DUKPT engines the next packets are for. */
export function selectEnginePacket(engine: number): Packet {
	return adminPacket("19 select DUKPT engine", `19${engine}`, { replies: ["19"] });
}

function loadableIn({ dialect, experimental }: VisaOptions): Loadable {
	return loadable[dialect === "uic" && experimental ? "uic experimental" : dialect];
}

function keyText(delivery: KeyDelivery, clearLengths: readonly number[]): string {
	switch (delivery.form) {
		case "clear":
			requireLength("A clear key", delivery.key.length, clearLengths);
			return toHex(delivery.key);
		case "key_block":
			return delivery.block;
		case "enciphered":
			throw new Fault("E_ILLEGAL", { detail: "This family takes enciphered keys as key blocks only" });
	}
}

function ksnText(delivery: KeyDelivery, ksn: KeyLoad["ksn"]): string {
	if (delivery.form === "key_block") {
		return "";
	}
	requireLength("A key serial number", ksn?.length ?? 0, [ksnLength]);
	return toHex(ksn ?? new Uint8Array());
}

function requireLength(what: string, length: number, allowed: readonly number[]): void {
	if (!allowed.includes(length)) {
		throw new Fault("E_ILLEGAL", { detail: `${what} for this pad has ${allowed.join(" or ")} bytes, not ${length}` });
	}
}
