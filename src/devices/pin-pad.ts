import type { Bytes } from "../wire/bytes.ts";
import type { KeyLoading } from "./key-loading.ts";

/** Working keys under a terminal master key (ANSI X9.24-1): PIN, MAC and track data. */
type WorkingKeyRole = "TPK" | "TAK" | "TDK";

/** A key in the pad: number of the master key it hangs under, and its own number. */
export interface KeySlot {
	readonly master: number;
	readonly slot: number;
}

export interface WorkingKeyLoad {
	readonly role: WorkingKeyRole;
	readonly at: KeySlot;
	/** The key enciphered under the master key: 8 bytes (DES), 16 or 24 bytes (TDES). */
	readonly cryptogram: Bytes;
}

/** An enciphered PIN block (ISO 9564-1). */
export interface EncryptedPin {
	readonly pinBlock: Bytes;
	readonly format: 0;
	readonly key: PinKey;
}

/** The key a PIN block is enciphered under. */
export type PinKey =
	| { readonly kind: "session"; readonly at: KeySlot }
	/** Derived unique key per transaction; the key serial number of 10 bytes names it to the host (ANSI X9.24-1). */
	| { readonly kind: "dukpt"; readonly ksn: Bytes };

export interface PinEntryRequest {
	/** Rightmost twelve PAN digits without the check digit, as ASCII bytes (ISO 9564-1 format 0). */
	readonly panDigits: Bytes;
	/** The PIN key; a pad set to DUKPT takes its own instead. */
	readonly at: KeySlot;
	/** What is to be paid, as the cardholder shall read it ("12.50"); for pads that show it with the PIN prompt. */
	readonly amount?: string;
	readonly minLength: number;
	readonly maxLength: number;
	/** How long the cardholder may take. */
	readonly timeoutMs: number;
	/** Told of every key stroke, where the pad tells of them; which digit it was never leaves the pad. */
	readonly onKey: (key: "digit" | "clear") => void;
}

export type PinEntryResult =
	| { readonly kind: "entered"; readonly pin: EncryptedPin }
	| { readonly kind: "bypassed" }
	| { readonly kind: "cancelled" }
	| { readonly kind: "timed_out" };

/** UnionPay "ECB" MAC, ANSI X9.9 (ISO 9797-1 algorithm 1), ANSI X9.19 (algorithm 3). */
export type MacAlgorithm = "cup-ecb" | "x9.9" | "x9.19";

export interface MacRequest {
	readonly algorithm: MacAlgorithm;
	readonly at: KeySlot;
	/** The bytes to protect; never empty. For `cup-ecb` already folded to 8 bytes or not, the MAC is the same. */
	readonly data: Bytes;
}

export interface PinPadIdentity {
	readonly model: string;
	readonly version: string;
	readonly serialNumber: string;
}

export interface PinPadHealth {
	readonly masterKeys: "held" | "lost";
	readonly battery: "good" | "weak";
}

/**
 * A PIN pad (UnifiedPOS PINPad). One command at a time; callers queue.
 * Every method throws Fault `E_OFFLINE`, `E_NOHARDWARE` or `E_TIMEOUT` when the line fails,
 * `E_FAILURE` with the pad's status as `extended` when the pad refuses,
 * and `keys_lost` when it says that its master keys are gone.
 */
export interface PinPad {
	readonly category: "PinPad";
	readonly identity: PinPadIdentity;
	/** As last reported with any answer. */
	readonly health: PinPadHealth;
	/** Absent from a pad whose family has no commands to load keys, or whose driver does not know them. */
	readonly keyLoading?: KeyLoading;
	/** Asks the pad whether it is there, idle and sound; moves nothing. */
	checkHealth(signal?: AbortSignal): Promise<PinPadHealth>;
	/** Stores a working key; gives the check value the pad computed (encrypt-zeros, as many bytes as the pad shows). */
	updateKey(load: WorkingKeyLoad, signal?: AbortSignal): Promise<Bytes>;
	/** Takes a PIN. Aborting the signal closes the keypad and rejects with the reason. */
	enterPin(request: PinEntryRequest, signal?: AbortSignal): Promise<PinEntryResult>;
	/** The MAC as its eight bytes in the message: for `cup-ecb` eight characters of hex text, else eight raw bytes. */
	computeMac(request: MacRequest, signal?: AbortSignal): Promise<Bytes>;
}
