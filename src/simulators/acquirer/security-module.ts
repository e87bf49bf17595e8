import { type ClearTdesKey, clearTdesKey } from "../../crypto/clear/clear-keys.ts";
import { cupMac } from "../../crypto/clear/cup-mac.ts";
import { kcv } from "../../crypto/clear/kcv.ts";
import { decodePinBlock } from "../../crypto/clear/pin-block.ts";
import { tdes } from "../../crypto/clear/tdes.ts";
import { randomBytes } from "../../crypto/random.ts";
import { type Bytes, concatBytes, equalBytes, latin1 } from "../../wire/bytes.ts";
import { fromHex } from "../../wire/hex.ts";

/** Field 60.3 of a sign-in: which working keys the terminal wants. */
export type KeySet = "001" | "003" | "004";

interface WorkingKeys {
	readonly pinKey: ClearTdesKey;
	readonly macKey: ClearTdesKey;
}

export type PinVerdict = "right" | "wrong" | "malformed";

/** The acquirer's encryption module: master keys, working keys, MACs and PIN translation for its terminals. */
export class SecurityModule {
	readonly #masterKeys = new Map<string, ClearTdesKey>();
	readonly #workingKeys = new Map<string, WorkingKeys>();
	/** Shared with the issuer: PIN blocks leave the acquirer under this key only. */
	readonly #networkKey = newKey(16);

	constructor(terminals: readonly { readonly terminalId: string; readonly tmk: string }[]) {
		for (const { terminalId, tmk } of terminals) {
			this.#masterKeys.set(terminalId, clearTdesKey(fromHex(tmk)));
		}
	}

	isSignedIn(terminalId: string): boolean {
		return this.#workingKeys.has(terminalId);
	}

	signOff(terminalId: string): void {
		this.#workingKeys.delete(terminalId);
	}

	signOffAll(): void {
		this.#workingKeys.clear();
	}

	/** New working keys for a terminal, as field 62 of its sign-in answer. */
	newWorkingKeys(terminalId: string, keySet: KeySet): Bytes {
		const masterKey = this.#masterKeys.get(terminalId);
		if (masterKey === undefined) {
			throw new RangeError(`no master key for terminal ${terminalId}`);
		}
		const pinKey = newKey(keySet === "001" ? 8 : 16);
		const macKey = newKey(8);
		this.#workingKeys.set(terminalId, { pinKey, macKey });
		const gap = new Uint8Array(keySet === "001" ? 0 : 8);
		const trackKey = keySet === "004" ? delivered(masterKey, newKey(16), new Uint8Array()) : new Uint8Array();
		return concatBytes(delivered(masterKey, pinKey, new Uint8Array()), delivered(masterKey, macKey, gap), trackKey);
	}

	/** Field 64 for these bytes; undefined while the terminal has no keys. */
	mac(terminalId: string, data: Uint8Array): Bytes | undefined {
		const keys = this.#workingKeys.get(terminalId);
		return keys === undefined ? undefined : latin1(cupMac(keys.macKey, data).slice(0, 8));
	}

	verifyMac(terminalId: string, data: Uint8Array, mac: Uint8Array): boolean {
		const expected = this.mac(terminalId, data);
		return expected !== undefined && equalBytes(expected, mac);
	}

	/** Translates a PIN block from the terminal's key to the network key and lets the issuer compare it. */
	verifyPin(
		terminalId: string,
		pinBlock: Uint8Array,
		card: { readonly pan: string; readonly pin: string },
	): PinVerdict {
		const keys = this.#workingKeys.get(terminalId);
		if (keys === undefined) {
			return "malformed";
		}
		const translated = tdes(this.#networkKey).encipherEcb(tdes(keys.pinKey).decipherEcb(pinBlock));
		return this.#issuerVerdict(translated, card);
	}

	#issuerVerdict(pinBlock: Bytes, card: { readonly pan: string; readonly pin: string }): PinVerdict {
		try {
			const pin = decodePinBlock(tdes(this.#networkKey).decipherEcb(pinBlock), { format: 0, pan: card.pan });
			return pin === card.pin ? "right" : "wrong";
		} catch {
			return "malformed";
		}
	}
}

/** A key under the master key, the zeros some keys are followed by, four bytes of check value. */
function delivered(masterKey: ClearTdesKey, key: ClearTdesKey, gap: Bytes): Bytes {
	const checkValue = kcv("TDES", key, { method: "ecb-zeros", length: 4 });
	return concatBytes(tdes(masterKey).encipherEcb(key), gap, checkValue.value);
}

function newKey(length: 8 | 16): ClearTdesKey {
	return clearTdesKey(randomBytes(length));
}
