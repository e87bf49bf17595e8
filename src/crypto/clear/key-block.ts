import { type Bytes, concatBytes, latin1 } from "../../wire/bytes.ts";
import { fromHex, toHex } from "../../wire/hex.ts";
import { CryptoError } from "../crypto-error.ts";
import {
	formatKeyBlockHeader,
	type KeyBlockHeader,
	type KeyBlockVersion,
	parseKeyBlockHeader,
	withTotalLength,
} from "../key-block-header.ts";
import { randomBytes } from "../random.ts";
import { type ClearKeyBytes, usingSecret } from "./clear-keys.ts";
import type { Kbpk } from "./key-block-keys.ts";
import { keyBlockShapes, type ProtectedPayload, protectPayload, unprotectPayload } from "./key-block-protection.ts";

/** A key block with its key in the clear. The key is for the header's algorithm; wipe it after use. */
export interface UnwrappedKeyBlock {
	readonly header: KeyBlockHeader;
	readonly key: ClearKeyBytes;
}

/** What goes into the enciphered part of a key block. */
export interface KeyBlockContent {
	readonly key: ClearKeyBytes;
	/** The bytes after the key, see `obfuscatingPadding`. */
	readonly padding: Bytes;
}

/** Length in bytes up to which keys are padded so that a key block does not tell how long its key is. */
const longestKeys: Readonly<Record<string, number>> = { D: 24, T: 24, A: 32 };

/**
 * Verifies and opens a key block: TR-31 / X9.143 versions A to D, ISO 20038 version E.
 * @param kbpk TDES for A, B, C; AES for D, E; one that stays where it is for B, D, E only
 * @throws CryptoError `key_block_unverified`, one and the same error for every reason: header, lengths, KBPK, MAC, payload
 */
export function unwrapKeyBlock(kbpk: Kbpk, text: string): UnwrappedKeyBlock {
	try {
		return unwrap(kbpk, text);
	} catch (error) {
		throw error instanceof CryptoError ? unverified() : error;
	}
}

/**
 * Makes a key block.
 * @param kbpk as for `unwrapKeyBlock`, at least as strong as the key (not checked)
 * @param header 16 characters and the optional blocks; its length field is filled in, and a pad block is made when the
 * header does not fill whole cipher blocks
 * @throws CryptoError `key_invalid` for the KBPK, `key_block_header_invalid`, `key_block_content_invalid` for an empty
 * key or for a padding that does not fill whole cipher blocks
 */
export function wrapKeyBlock(kbpk: ClearKeyBytes, header: string, content: KeyBlockContent): string {
	const parsed = parseKeyBlockHeader(header);
	if (parsed.length !== header.length) {
		throw new CryptoError("key_block_header_invalid", "the header does not end after its optional blocks");
	}
	const { unit, macLength } = keyBlockShapes[parsed.version];
	const aligned = header.length % unit === 0 ? header : formatKeyBlockHeader(parsed, unit);
	return usingSecret(encodePayload(content, unit), (payload) => {
		const finished = withTotalLength(aligned, aligned.length + 2 * (payload.length + macLength));
		const protection = { version: parsed.version, kbpk, header: latin1(finished) };
		const { ciphertext, mac } = protectPayload(protection, payload);
		return finished + toHex(ciphertext) + toHex(mac);
	});
}

/**
 * Random padding that makes all keys of an algorithm equally long in a key block (X9.143 clause 7.3): TDES as long as
 * 24 bytes, AES as long as 32; other keys are only filled up to whole cipher blocks.
 */
export function obfuscatingPadding(
	{ version, algorithm }: { readonly version: KeyBlockVersion; readonly algorithm: string },
	keyLength: number,
): Bytes {
	const { unit } = keyBlockShapes[version];
	const least = 2 + Math.max(keyLength, longestKeys[algorithm] ?? keyLength);
	return randomBytes(Math.ceil(least / unit) * unit - 2 - keyLength);
}

function unwrap(kbpk: Kbpk, text: string): UnwrappedKeyBlock {
	const header = parseKeyBlockHeader(text);
	const body = parseBody(header, text);
	const protection = { version: header.version, kbpk, header: latin1(text.slice(0, header.length)) };
	const payload = unprotectPayload(protection, body);
	if (payload === undefined) {
		throw unverified();
	}
	return { header, key: usingSecret(payload, decodePayload) };
}

function parseBody(header: KeyBlockHeader, text: string): ProtectedPayload {
	const { unit, macLength } = keyBlockShapes[header.version];
	const body = text.slice(header.length);
	const ciphertextLength = body.length / 2 - macLength;
	const fits =
		header.totalLength === text.length &&
		header.length % unit === 0 &&
		ciphertextLength > 0 &&
		ciphertextLength % unit === 0;
	if (!fits || !/^[0-9A-F]*$/.test(body)) {
		throw unverified();
	}
	return { ciphertext: fromHex(body.slice(0, -2 * macLength)), mac: fromHex(body.slice(-2 * macLength)) };
}

/** Length of the key in bits (2 bytes) | key | padding (X9.143 clause 7.3). */
function encodePayload({ key, padding }: KeyBlockContent, unit: number): Bytes {
	const bits = key.length * 8;
	const length = 2 + key.length + padding.length;
	if (key.length === 0 || bits > 0xffff || length % unit !== 0) {
		throw new CryptoError(
			"key_block_content_invalid",
			`length, key and padding must fill whole blocks of ${unit} bytes`,
		);
	}
	return concatBytes(Uint8Array.of(bits >> 8, bits & 0xff), key, padding);
}

function decodePayload(payload: Bytes): ClearKeyBytes {
	const bits = ((payload[0] ?? 0) << 8) | (payload[1] ?? 0);
	const end = 2 + bits / 8;
	if (bits === 0 || bits % 8 !== 0 || end > payload.length) {
		throw unverified();
	}
	return payload.slice(2, end);
}

function unverified(): CryptoError {
	return new CryptoError("key_block_unverified", "the key block does not verify");
}
