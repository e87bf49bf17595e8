/** Something to find, in plain digits (perhaps with single blanks or dashes between) or in EBCDIC hex; most texts have neither. */
const worthALook = /\d(?:[ -]?\d){12}|(?:F\d[ -]?){13}/i;

/** ISO/IEC 7813 track 2: account number, separator (`=`, or D in packed digits), expiry, service code and the rest. */
const track2 = /(\d(?:[ -]?\d){11,18})(?:[ -]?=[ -]?\d{4}|[ -]?D(?:[ -]?\d){7})(?:[ -]?[\d=])*F?/gi;

/** ISO/IEC 7813 track 1: account number, name, expiry and the rest. */
const track1 = /(\d(?:[ -]?\d){11,18})\^[^^\n]{0,40}\^[^?\s]*/g;

const digitRun = /\d(?:[ -]?\d){12,}/g;

/** Digits as hex of their ASCII (3x) or EBCDIC (Fx) codes, and what track 2 has between them (3D, 7E). */
const hexDigitRun = /[3F]\d(?:[ -]?(?:[3F]\d|3D|7E)){12,}/gi;
const hexPair = /[0-9A-F]{2}/gi;

/**
 * The text with every account number cut to first six and last four digits (PCI DSS 3.4.1), and every track to its
 * account number: plain, grouped by blanks or dashes, packed in hex, or as hex of ASCII or EBCDIC.
 */
export function redactText(text: string): string {
	if (!worthALook.test(text)) {
		return text;
	}
	return text
		.replaceAll(hexDigitRun, maskHexRun)
		.replaceAll(track2, (_, pan: string) => `${keepEnds(pan)}=[masked]`)
		.replaceAll(track1, (_, pan: string) => `${keepEnds(pan)}^[masked]`)
		.replaceAll(digitRun, maskRun);
}

/** Keeps groups and dashes where they are. */
function maskRun(run: string): string {
	const hidden = hiddenDigits(run.replaceAll(/\D/g, ""));
	let place = 0;
	return hidden.size === 0 ? run : run.replaceAll(/\d/g, (digit) => (hidden.has(place++) ? "*" : digit));
}

function maskHexRun(run: string): string {
	const pairs = run.match(hexPair) ?? [];
	const end = pairs.findIndex((pair) => /3D|7E/i.test(pair));
	const pan = end === -1 ? pairs : pairs.slice(0, end);
	const digits = pan.map((pair) => pair.charAt(1)).join("");
	const hidden = end === -1 ? hiddenDigits(digits) : middle(0, digits.length);
	if (hidden.size === 0) {
		return run;
	}
	const shown = pan.map((pair, place) => (hidden.has(place) ? "**" : pair)).join("");
	return end === -1 ? shown : `${shown}${pairs[end]}[masked]`;
}

function keepEnds(pan: string): string {
	const digits = pan.replaceAll(/\D/g, "");
	return `${digits.slice(0, 6)}${"*".repeat(Math.max(0, digits.length - 10))}${digits.slice(-4)}`;
}

/** The places to hide: of the whole run when it is an account number, else of every one that lies within it. */
function hiddenDigits(digits: string): ReadonlySet<number> {
	if (looksLikePan(digits)) {
		return middle(0, digits.length);
	}
	const hidden = new Set<number>();
	for (let start = 0; start + shortest <= digits.length; start++) {
		for (let length = shortest; length <= Math.min(longest, digits.length - start); length++) {
			if (looksLikePan(digits.slice(start, start + length))) {
				middle(start, length).forEach((place) => hidden.add(place));
			}
		}
	}
	return hidden;
}

/** All places but the first six and the last four. */
function middle(start: number, length: number): ReadonlySet<number> {
	return new Set(Array.from({ length: Math.max(0, length - 10) }, (_, offset) => start + 6 + offset));
}

const shortest = 13;
const longest = 19;

/** Lengths in use by first digit (ISO/IEC 7812-1 major industry); times in milliseconds and barcodes mostly fall outside. */
const lengthsByFirstDigit: Readonly<Record<string, readonly [number, number]>> = {
	"1": [15, 15],
	"2": [16, 19],
	"3": [14, 19],
	"4": [13, 19],
	"5": [13, 19],
	"6": [13, 19],
	"8": [16, 19],
	"9": [16, 19],
};

/** True for digits with the length, the beginning and the check digit of an account number. */
export function looksLikePan(digits: string): boolean {
	const [least, most] = lengthsByFirstDigit[digits.charAt(0)] ?? [1, 0];
	return digits.length >= least && digits.length <= most && passesLuhn(digits);
}

/** ISO/IEC 7812-1 annex B: modulus 10, every second digit from the right doubled. */
function passesLuhn(digits: string): boolean {
	let sum = 0;
	for (let place = 1; place <= digits.length; place++) {
		const digit = Number(digits.charAt(digits.length - place));
		const weighed = place % 2 === 0 ? digit * 2 : digit;
		sum += weighed > 9 ? weighed - 9 : weighed;
	}
	return sum % 10 === 0;
}
