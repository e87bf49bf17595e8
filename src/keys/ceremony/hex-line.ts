import { Fault } from "../../kernel/fault.ts";
import type { Bytes } from "../../wire/bytes.ts";

/**
 * The bytes of a typed line of hex digits, blanks between groups allowed, without a string on the way. The line is wiped.
 * @throws Fault `component_invalid`
 */
export function bytesOfHexLine(line: Bytes): Bytes {
	const digits = new Uint8Array(line.length);
	try {
		let count = 0;
		for (const character of line) {
			if (character !== 0x20) {
				digits[count] = hexDigit(character);
				count += 1;
			}
		}
		if (count === 0 || count % 2 === 1) {
			throw invalid();
		}
		return Uint8Array.from({ length: count / 2 }, (_, at) => ((digits[2 * at] ?? 0) << 4) | (digits[2 * at + 1] ?? 0));
	} finally {
		digits.fill(0);
		line.fill(0);
	}
}

function hexDigit(character: number): number {
	if (character >= 0x30 && character <= 0x39) {
		return character - 0x30;
	}
	const letter = character & ~0x20;
	if (letter >= 0x41 && letter <= 0x46) {
		return letter - 0x41 + 10;
	}
	throw invalid();
}

function invalid(): Fault {
	return new Fault("component_invalid", { detail: "A component is an even number of hex digits" });
}
