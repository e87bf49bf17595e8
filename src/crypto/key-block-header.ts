import { CryptoError } from "./crypto-error.ts";

/** How a key block is protected: A, B, C, D by TR-31 / X9.143, E by ISO 20038. A and C differ in this letter only. */
export type KeyBlockVersion = "A" | "B" | "C" | "D" | "E";

/** An optional block: a two-character id and printable text (X9.143 clause 6.3). */
interface OptionalBlock {
	readonly id: string;
	readonly data: string;
}

/** The clear part of a key block (X9.143 clause 6.2), each field as its characters. */
export interface KeyBlockHeader {
	readonly version: KeyBlockVersion;
	/** Characters of the whole key block; 0 in a header that has not been wrapped yet. */
	readonly totalLength: number;
	/** Two characters, for example `P0` PIN encryption, `B1` initial DUKPT key, `K1` key block protection. */
	readonly usage: string;
	/** One character: `T` TDES, `A` AES, `H` HMAC, `R` RSA, `E` elliptic curve, `D` DES. */
	readonly algorithm: string;
	/** One character: mode of use, for example `E` encipher only, `B` both, `N` no restriction, `X` derive. */
	readonly mode: string;
	/** Two characters: `00` unused, `c1` component 1, else the version. */
	readonly keyVersion: string;
	/** One character: `E` exportable under a trusted key, `N` not, `S` sensitive. */
	readonly exportability: string;
	/** Two characters: key context, and one reserved. */
	readonly context: string;
	/** In their order, the pad block `PB` included. */
	readonly optionalBlocks: readonly OptionalBlock[];
	/** Characters of the header with its optional blocks. */
	readonly length: number;
}

const fixedLength = 16;
const maxTotalLength = 9999;

/**
 * Reads the header at the start of a key block; what follows it is not looked at.
 * @throws CryptoError `key_block_header_invalid`
 */
export function parseKeyBlockHeader(text: string): KeyBlockHeader {
	const version = text.charAt(0);
	if (!isVersion(version) || !/^.[0-9]{4}[0-9A-Za-z]{7}[0-9]{2}[0-9A-Za-z]{2}/.test(text)) {
		throw invalid("the first 16 characters are not a header");
	}
	const optionalBlocks: OptionalBlock[] = [];
	let length = fixedLength;
	for (let count = Number(text.slice(12, 14)); count > 0; count--) {
		const { id, data, end } = parseOptionalBlock(text, length);
		if (optionalBlocks.some((block) => block.id === id || block.id === "PB")) {
			throw invalid("an optional block comes twice, or after the pad block");
		}
		optionalBlocks.push({ id, data });
		length = end;
	}
	return {
		version,
		totalLength: Number(text.slice(1, 5)),
		usage: text.slice(5, 7),
		algorithm: text.charAt(7),
		mode: text.charAt(8),
		keyVersion: text.slice(9, 11),
		exportability: text.charAt(11),
		context: text.slice(14, 16),
		optionalBlocks,
		length,
	};
}

/**
 * The header as text, its pad block made anew so that it fills whole units of this many characters: 8 for A, B and C, 16 for D.
 * The length field says the length of the header alone; see `withTotalLength`.
 * @throws CryptoError `key_block_header_invalid` for more than 99 optional blocks or 9999 characters
 */
export function formatKeyBlockHeader(header: KeyBlockHeader, unit: number): string {
	const { version, usage, algorithm, mode, keyVersion, exportability, context } = header;
	const content = header.optionalBlocks.filter(({ id }) => id !== "PB").map(formatOptionalBlock);
	const used = content.reduce((total, block) => total + block.length, fixedLength);
	const blocks = used % unit === 0 ? content : [...content, padBlock(used, unit)];
	if (blocks.length > 99) {
		throw invalid("more than 99 optional blocks");
	}
	const count = String(blocks.length).padStart(2, "0");
	const text = `${version}0000${usage}${algorithm}${mode}${keyVersion}${exportability}${count}${context}${blocks.join("")}`;
	return withTotalLength(text, text.length);
}

/**
 * The header text with this length, in characters, in its length field.
 * @throws CryptoError `key_block_header_invalid` for more than 9999 characters
 */
export function withTotalLength(header: string, totalLength: number): string {
	if (totalLength > maxTotalLength) {
		throw invalid(`a key block has at most ${maxTotalLength} characters`);
	}
	return `${header.charAt(0)}${String(totalLength).padStart(4, "0")}${header.slice(5)}`;
}

function parseOptionalBlock(text: string, start: number): OptionalBlock & { readonly end: number } {
	const id = text.slice(start, start + 2);
	if (!/^[0-9A-Za-z]{2}$/.test(id)) {
		throw invalid("an optional block has no two-character id");
	}
	const { length, dataStart } = parseBlockLength(text, start);
	const end = start + length;
	const data = text.slice(dataStart, end);
	if (end < dataStart || text.length < end || !/^[\x20-\x7e]*$/.test(data)) {
		throw invalid(`optional block ${id} is cut short or not printable`);
	}
	return { id, data, end };
}

/**
 * Length of a whole optional block: two hex digits after its id, or `00`, the number of hex digits that follow (two
 * hex digits), and these. The number counts characters (X9.143:2021 examples 8.5 and 8.6), not pairs.
 */
function parseBlockLength(text: string, start: number): { readonly length: number; readonly dataStart: number } {
	const short = hexField(text, start + 2, 2);
	if (short !== 0) {
		return { length: short, dataStart: start + 4 };
	}
	const digits = hexField(text, start + 4, 2);
	return { length: hexField(text, start + 6, digits), dataStart: start + 6 + digits };
}

function hexField(text: string, start: number, digits: number): number {
	const field = text.slice(start, start + digits);
	if (field.length !== digits || !/^[0-9A-F]+$/.test(field)) {
		throw invalid("the length of an optional block is not upper-case hex");
	}
	return Number.parseInt(field, 16);
}

function formatOptionalBlock({ id, data }: OptionalBlock): string {
	const short = data.length + 4;
	if (short <= 0xff) {
		return `${id}${hex(short, 2)}${data}`;
	}
	return `${id}0004${hex(data.length + 10, 4)}${data}`;
}

/** At least four characters, since its id and length are part of it. */
function padBlock(used: number, unit: number): string {
	const missing = unit - (used % unit);
	const length = missing < 4 ? missing + unit : missing;
	return formatOptionalBlock({ id: "PB", data: "0".repeat(length - 4) });
}

function hex(value: number, digits: number): string {
	return value.toString(16).toUpperCase().padStart(digits, "0");
}

function isVersion(letter: string): letter is KeyBlockVersion {
	return /^[A-E]$/.test(letter);
}

function invalid(text: string): CryptoError {
	return new CryptoError("key_block_header_invalid", text);
}
