import { type Bytes, concatBytes } from "../wire/bytes.ts";
import { CryptoError } from "./crypto-error.ts";

interface KsnLayout {
	/** Whole key serial number, in bytes. */
	readonly length: number;
	/** The counter is the rightmost bits of the last four bytes. */
	readonly counterMask: number;
	/** A counter with more one bits is never used: it bounds the derivations of the receiving host. */
	readonly maxOnes: number;
}

const tdesLayout: KsnLayout = { length: 10, counterMask: 0x1f_ffff, maxOnes: 10 };
const aesLayout: KsnLayout = { length: 12, counterMask: 0xffff_ffff, maxOnes: 16 };

/**
 * Transaction counter (21 bits) of a 10-byte TDES DUKPT key serial number (X9.24-1:2009 annex A).
 * @throws CryptoError `ksn_invalid` for another length, counter 0 or more than 10 one bits
 */
export function tdesKsnCounter(ksn: Bytes): number {
	return usableCounter(ksn, tdesLayout);
}

/**
 * Transaction counter (32 bits) of a 12-byte AES DUKPT key serial number (X9.24-3:2017 clause 6.1).
 * @throws CryptoError `ksn_invalid` for another length, counter 0 or more than 16 one bits
 */
export function aesKsnCounter(ksn: Bytes): number {
	return usableCounter(ksn, aesLayout);
}

/**
 * The key serial number of the next transaction, from any counter, usable or not.
 * @throws CryptoError `ksn_end_of_life` when no usable counter is left, `ksn_invalid` for another length than 10 bytes
 */
export function nextTdesKsn(ksn: Bytes): Bytes {
	return nextKsn(ksn, tdesLayout);
}

/**
 * The key serial number of the next transaction, from any counter, usable or not.
 * @throws CryptoError `ksn_end_of_life` when no usable counter is left, `ksn_invalid` for another length than 12 bytes
 */
export function nextAesKsn(ksn: Bytes): Bytes {
	return nextKsn(ksn, aesLayout);
}

function usableCounter(ksn: Bytes, layout: KsnLayout): number {
	const counter = (rightmostWord(ksn, layout) & layout.counterMask) >>> 0;
	if (counter === 0 || ones(counter) > layout.maxOnes) {
		throw new CryptoError("ksn_invalid", `a counter has from 1 to ${layout.maxOnes} one bits`);
	}
	return counter;
}

function nextKsn(ksn: Bytes, layout: KsnLayout): Bytes {
	const word = rightmostWord(ksn, layout);
	let counter = ((word & layout.counterMask) >>> 0) + 1;
	// Adding the lowest one bit keeps or lowers the number of ones, so no usable counter is jumped over.
	while (counter <= layout.counterMask && ones(counter) > layout.maxOnes) {
		counter += (counter & -counter) >>> 0;
	}
	if (counter > layout.counterMask) {
		throw new CryptoError("ksn_end_of_life", "no transaction counter is left, the device needs a new initial key");
	}
	const next = concatBytes(ksn);
	new DataView(next.buffer).setUint32(layout.length - 4, ((word & ~layout.counterMask) | counter) >>> 0);
	return next;
}

function rightmostWord(ksn: Bytes, layout: KsnLayout): number {
	if (ksn.length !== layout.length) {
		throw new CryptoError("ksn_invalid", `a key serial number has ${layout.length} bytes, got ${ksn.length}`);
	}
	return new DataView(ksn.buffer, ksn.byteOffset).getUint32(layout.length - 4);
}

function ones(word: number): number {
	let count = 0;
	for (let rest = word; rest !== 0; rest = (rest & (rest - 1)) >>> 0) {
		count++;
	}
	return count;
}
