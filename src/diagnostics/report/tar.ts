import { type Bytes, concatBytes, latin1 } from "../../wire/bytes.ts";

/** One file of a report: its path inside, and its text. */
export interface ReportFile {
	readonly name: string;
	readonly text: string;
}

const blockLength = 512;
const utf8 = new TextEncoder();

/**
 * Files as one archive in the ustar format (POSIX.1-1988), readable by its owner only when unpacked.
 * @param modifiedMs milliseconds since 1970-01-01 UTC, for all files
 */
export function tarOf(files: readonly ReportFile[], modifiedMs: number): Bytes {
	const parts = files.flatMap(({ name, text }) => {
		const content = utf8.encode(text);
		return [header(name, content.length, modifiedMs), content, new Uint8Array(-content.length & (blockLength - 1))];
	});
	return concatBytes(...parts, new Uint8Array(2 * blockLength));
}

function header(name: string, length: number, modifiedMs: number): Bytes {
	const octal = (value: number, digits: number): string => `${value.toString(8).padStart(digits, "0")}\0`;
	const before = `${name.padEnd(100, "\0")}${octal(0o600, 7)}${octal(0, 7)}${octal(0, 7)}${octal(length, 11)}${octal(
		Math.floor(modifiedMs / 1000),
		11,
	)}`;
	const after = `0${"\0".repeat(100)}ustar\x0000`.padEnd(blockLength - before.length - 8, "\0");
	// The checksum counts its own field as blanks (POSIX.1-1988, 10.1.1).
	const sum = latin1(`${before}        ${after}`).reduce((total, byte) => total + byte, 0);
	return latin1(`${before}${octal(sum, 6)} ${after}`);
}
