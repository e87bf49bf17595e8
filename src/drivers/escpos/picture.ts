/** How a strip of a picture is laid out in the output of receiptline. */
interface StripFormat {
	readonly start: string;
	/** Bytes before the dots; the last four are xL xH yL yH. */
	readonly headLength: number;
	/** Dots that one unit of x stands for. */
	readonly dotsPerUnit: 1 | 8;
}

const stripFormats: readonly StripFormat[] = [
	// GS 8 L p1 p2 p3 p4 48 112 48 bx by c xL xH yL yH: raster for later printing, x in dots.
	{ start: "\x1d8L", headLength: 17, dotsPerUnit: 1 },
	// GS v 0 m xL xH yL yH: raster printed at once, x in bytes.
	{ start: "\x1dv0", headLength: 8, dotsPerUnit: 8 },
];

/** DLE and what makes it a command that a printer obeys even inside the dots of a picture: EOT, ENQ, DC4. */
const dle = "\x10";
const realTimeCommands: ReadonlySet<string | undefined> = new Set(["\x04", "\x05", "\x14"]);

/** True where a printer would see a real-time command, whatever the bytes were meant to be. */
export function holdsRealTimeCommand(output: string): boolean {
	return Array.from(output).some((byte, index) => isRealTimeCommand(byte, output[index + 1]));
}

/**
 * Makes the pictures of a slip safe to send: where their dots happen to spell a real-time command one dot is added,
 * which no eye notices. Everything else is left alone. QR codes need no such care: their modules are at
 * least three dots wide, and the single dots of these bytes cannot occur.
 * @param output of receiptline, one character per byte
 */
export function withoutRealTimeDots(output: string): string {
	let safe = "";
	let offset = 0;
	while (offset < output.length) {
		const format = stripFormats.find(({ start }) => output.startsWith(start, offset));
		if (format === undefined) {
			safe += output.charAt(offset);
			offset += 1;
		} else {
			const dotsAt = offset + format.headLength;
			const end = dotsAt + dotBytes(output.slice(offset, dotsAt), format);
			safe += output.slice(offset, dotsAt) + safeDots(output.slice(dotsAt, end));
			offset = end;
		}
	}
	return safe;
}

function dotBytes(head: string, { headLength, dotsPerUnit }: StripFormat): number {
	const word = (index: number): number => head.charCodeAt(index) + head.charCodeAt(index + 1) * 256;
	return Math.ceil((word(headLength - 4) * dotsPerUnit) / 8) * word(headLength - 2);
}

function safeDots(dots: string): string {
	return Array.from(dots, (byte, index) =>
		isRealTimeCommand(dots[index - 1], byte) ? String.fromCharCode(byte.charCodeAt(0) | 0x02) : byte,
	).join("");
}

function isRealTimeCommand(byte: string | undefined, next: string | undefined): boolean {
	return byte === dle && realTimeCommands.has(next);
}
