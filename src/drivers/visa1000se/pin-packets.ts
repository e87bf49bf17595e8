import { Fault } from "../../kernel/fault.ts";
import type { VisaOptions } from "./options.ts";
import { fs, type Packet, transactionPacket } from "./packet.ts";

/** What a PIN is asked for with. */
export interface PinAsked {
	/** Card number, digits. */
	readonly pan: string;
	/** The PIN key enciphered under the selected master key, hex; undefined for DUKPT. */
	readonly workingKey: string | undefined;
	readonly minLength: number;
	readonly maxLength: number;
	readonly amount: string | undefined;
	readonly timeoutMs: number;
}

/** Takes the place of the working key in VeriFone's packets; as long as a key is. */
const dukptInsteadOfKey = "DUKPT ENCRYPTION";
/** In the place of the working key in UIC's packet 70: the amount that follows is taken from the cardholder. */
const purchase = "D";
const displayable = /^[\d.]{4,8}$/;
const [shortestPin, longestPin] = [4, 12];
const timeoutStepMs = 30_000;
const longestTimeout = 9;
const noPinAllowed = "Y";
const echo = "*";

/**
 * The packet that asks for a PIN, in the dialect of the pad (UIC PP791 manual, sections 9 and 10; VeriFone MX800 guide,
 * packets Z60 and Z63).
 * @throws Fault `E_ILLEGAL` where the pad has no such packet
 */
export function pinPacket(options: VisaOptions, asked: PinAsked): Packet {
	const kind = options.pinPacket === "auto" ? usualPacket[options.dialect] : options.pinPacket;
	return transactionPacket(`${kind} PIN entry`, texts[kind](options, asked), {
		replies: ["71", "73"],
		repeatable: false,
	});
}

/** True when the packet does without a prompt put up before it. */
export function bringsItsPrompt({ pinPacket: kind }: VisaOptions): boolean {
	return kind === "70";
}

const usualPacket = { verifone: "Z63", uic: "Z60" } as const;

const texts = {
	70: ({ dialect }, { pan, workingKey, amount, timeoutMs }) => {
		const shown = amount !== undefined && displayable.test(amount) ? amount : "";
		if (workingKey === undefined && shown === "") {
			throw new Fault("E_ILLEGAL", { detail: "Packet 70 under DUKPT needs an amount to show, of 4 to 8 characters" });
		}
		return `70.${pan}${fs}${workingKey ?? purchase}${shown}${timeout(dialect, timeoutMs)}`;
	},
	Z60: ({ dialect }, { pan, workingKey, timeoutMs }) => {
		const key = workingKey ?? (dialect === "verifone" ? dukptInsteadOfKey : undefined);
		return `Z60.${pan}${key === undefined ? "" : fs + key}${timeout(dialect, timeoutMs)}`;
	},
	Z63: ({ dialect }, { pan, workingKey, minLength, maxLength }) => {
		if (dialect !== "verifone") {
			throw new Fault("E_ILLEGAL", { detail: "Packet Z63 belongs to VeriFone's pads: see the driver's `pinPacket`" });
		}
		const lengths = [minLength, maxLength].map(twoDigits).join("");
		return `Z63.${pan}${fs}${workingKey ?? dukptInsteadOfKey}${lengths}${noPinAllowed}${echo}`;
	},
} as const satisfies Record<string, (options: VisaOptions, asked: PinAsked) => string>;

/** The family takes PINs of 4 to 12 digits. */
function twoDigits(length: number): string {
	return String(Math.min(longestPin, Math.max(shortestPin, length))).padStart(2, "0");
}

/** UIC's pads take a limit in steps of 30 seconds: the next one up, so that ours runs out first. */
function timeout(dialect: VisaOptions["dialect"], timeoutMs: number): string {
	const steps = Math.min(longestTimeout, Math.floor(timeoutMs / timeoutStepMs) + 1);
	return dialect === "uic" ? `${fs}${steps}` : "";
}
