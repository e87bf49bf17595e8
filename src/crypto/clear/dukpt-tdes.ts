import { type Bytes, concatBytes, xorBytes } from "../../wire/bytes.ts";
import { fromHex } from "../../wire/hex.ts";
import { CryptoError } from "../crypto-error.ts";
import { tdesKsnCounter } from "../ksn.ts";
import { type ClearTdesKey, clearTdesKey, usingSecret } from "./clear-keys.ts";
import { tdes } from "./tdes.ts";

/** What a TDES DUKPT working key is for. "mac-request" is "MAC, both ways" in older texts. */
export type TdesDukptUsage = "pin" | "mac-request" | "mac-response" | "data-request" | "data-response";

/** Left half of the mask of each usage; the right half is the same (X9.24-1:2009 table A-1). */
const usageMasks: Readonly<Record<TdesDukptUsage, string>> = {
	pin: "00000000000000FF",
	"mac-request": "000000000000FF00",
	"mac-response": "00000000FF000000",
	"data-request": "0000000000FF0000",
	"data-response": "000000FF00000000",
};
const derivationMask = bothHalves("C0C0C0C000000000");

/**
 * Initial PIN encryption key of one device, from the base derivation key (X9.24-1:2009 annex A.6).
 * @param ksn 10 bytes; the counter does not matter
 * @throws CryptoError `key_invalid` unless the BDK has 16 bytes, `ksn_invalid`
 */
export function deriveIpek(bdk: ClearTdesKey, ksn: Bytes): ClearTdesKey {
	requireDoubleLength(bdk);
	if (ksn.length !== 10) {
		throw new CryptoError("ksn_invalid", `a key serial number has 10 bytes, got ${ksn.length}`);
	}
	const deviceId = ksn.slice(0, 8);
	deviceId[7] = (deviceId[7] ?? 0) & 0xe0;
	const left = tdes(bdk).encipherEcb(deviceId);
	const right = usingSecret(masked(bdk, derivationMask), (variant) => tdes(variant).encipherEcb(deviceId));
	return joinHalves(left, right);
}

/**
 * Transaction key of one key serial number (X9.24-1:2009 annex A.3): one non-reversible step for each one bit of the
 * counter, from the highest.
 * @throws CryptoError `key_invalid` unless the IPEK has 16 bytes, `ksn_invalid` also for a counter never to be used
 */
export function deriveTdesTransactionKey(ipek: ClearTdesKey, ksn: Bytes): ClearTdesKey {
	requireDoubleLength(ipek);
	const counter = tdesKsnCounter(ksn);
	const register = ksn.slice(2);
	register.set([(register[5] ?? 0) & 0xe0, 0, 0], 5);
	let key = clearTdesKey(concatBytes(ipek));
	for (let bit = 0x10_0000; bit > 0; bit >>= 1) {
		if ((counter & bit) !== 0) {
			setCounterBit(register, bit);
			key = usingSecret(key, (parent) => nextKey(parent, register));
		}
	}
	return key;
}

/**
 * Working key of a transaction key. PIN and MAC keys are its variants; a data key is its variant, each half then
 * enciphered under the whole variant.
 */
export function deriveTdesWorkingKey(transactionKey: ClearTdesKey, usage: TdesDukptUsage): ClearTdesKey {
	requireDoubleLength(transactionKey);
	const variant = masked(transactionKey, bothHalves(usageMasks[usage]));
	if (usage === "data-request" || usage === "data-response") {
		return usingSecret(variant, (key) => clearTdesKey(tdes(key).encipherEcb(key)));
	}
	return variant;
}

function nextKey(parent: ClearTdesKey, register: Bytes): ClearTdesKey {
	const right = derivedHalf(parent, register);
	const left = usingSecret(masked(parent, derivationMask), (variant) => derivedHalf(variant, register));
	return joinHalves(left, right);
}

/** The register xor the right half, enciphered with single DES under the left half, xor the right half again. */
function derivedHalf(key: ClearTdesKey, register: Bytes): Bytes {
	const right = key.subarray(8);
	const enciphered = usingSecret(clearTdesKey(key.slice(0, 8)), (left) =>
		tdes(left).encipherEcb(xorBytes(register, right)),
	);
	return xorBytes(enciphered, right);
}

function setCounterBit(register: Bytes, bit: number): void {
	const view = new DataView(register.buffer);
	view.setUint32(4, (view.getUint32(4) | bit) >>> 0);
}

function joinHalves(left: Bytes, right: Bytes): ClearTdesKey {
	return usingSecret(left, () => usingSecret(right, () => clearTdesKey(concatBytes(left, right))));
}

function masked(key: ClearTdesKey, mask: Bytes): ClearTdesKey {
	return clearTdesKey(xorBytes(key, mask));
}

function bothHalves(mask: string): Bytes {
	return fromHex(mask + mask);
}

function requireDoubleLength(key: ClearTdesKey): void {
	if (key.length !== 16) {
		throw new CryptoError("key_invalid", `TDES DUKPT keys have 16 bytes, got ${key.length}`);
	}
}
