import { Fault } from "../../kernel/fault.ts";
import type { VisaOptions } from "./options.ts";

/** A refusal: stable name, shown as the fault's `extended` code, and what it means. */
type Refusal = readonly [name: string, text: string];

const keysGone = "keys_lost";

/** `71 e` under master and session keys. */
const sessionPinRefusals: Readonly<Record<string, Refusal>> = {
	1: [keysGone, "the master key is not there"],
	2: ["pin_key_or_pan", "the card number or the PIN key is wrong"],
	3: ["pin_too_long", "the PIN is too long"],
	4: ["pin_too_short", "the PIN is too short"],
	5: ["dukpt_mode", "the pad is set to DUKPT: see the driver's `keyManagement`"],
	6: ["master_key_attribute", "the master key is not meant for PIN keys"],
	7: ["session_key_attribute", "the PIN key is not meant for PINs"],
};

/** `71 e` under DUKPT. */
const dukptPinRefusals: Readonly<Record<string, Refusal>> = {
	2: ["pan", "the card number is wrong"],
	3: ["pin_too_long", "the PIN is too long"],
	4: ["pin_too_short", "the PIN is too short"],
	A: [keysGone, "the pad holds no DUKPT key"],
	F: ["ksn_end_of_life", "the pad's DUKPT key is used up: it needs a new initial key"],
};

/** `Z67 e`. */
const macRefusals: Readonly<Record<string, Refusal>> = {
	2: ["mac_sequence", "a part of the message is out of order"],
	3: ["mac_master_key", "the master key is not there, or not meant for MAC keys"],
	4: ["mac_second_key", "the second key is wrong"],
	5: ["mac_length", "the message has a wrong length"],
	6: ["mac_flag", "the pad does not know this kind of MAC packet"],
	7: ["mac_message", "the message holds a wrong character"],
	8: ["mac_key", "the MAC key is wrong"],
	9: ["mac_key_attribute", "the master key is too short for this MAC"],
	A: ["mac_key_attribute", "the MAC key does not fit the use of the master key"],
};

/** `02?e`, and `91 1 e` for DUKPT initial keys. */
const loadRefusals: Readonly<Record<string, Refusal>> = {
	1: ["not_authorised", "the pad is not in its key loading mode"],
	2: ["key_not_accepted", "the key is a duplicate of another one, or not hex"],
	7: ["key_not_deciphered", "the key could not be deciphered"],
	A: ["key_block_format", "the key block is malformed"],
	B: ["key_too_long", "the key is longer than the key that protects it"],
	C: ["key_block_unverified", "the key block does not verify under the key in slot F"],
	D: ["key_loading_key_missing", "there is no key in slot F"],
	E: ["key_usage", "the use of the key does not fit its slot"],
	F: ["load_count", "the pad has taken as many keys as it may"],
};

const refusalTables = { mac: macRefusals, load: loadRefusals, session: sessionPinRefusals, dukpt: dukptPinRefusals };

/** The fault behind the error character of a reply. */
export function refusal(packet: string, table: keyof typeof refusalTables, code: string): Fault {
	const [name, text] = refusalTables[table][code] ?? [`${table}_${code}`, `the pad answers with error ${code}`];
	const details = { detail: `${packet}: ${text}`, extended: name, context: { packet, code } };
	return new Fault(name === keysGone ? keysGone : "E_FAILURE", details);
}

/** The fault of a reply that is none of those the packet can have. */
export function malformed(packet: string): Fault {
	return new Fault("E_FAILURE", {
		detail: `${packet}: the reply makes no sense; check the driver's \`dialect\``,
		extended: "malformed_reply",
		context: { packet },
	});
}

/** The table of refusals of a PIN entry. */
export function pinRefusals({ keyManagement }: VisaOptions): "session" | "dukpt" {
	return keyManagement === "dukpt" ? "dukpt" : "session";
}
