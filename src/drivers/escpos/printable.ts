/** Characters that slips use and GBK lacks, with the ones that stand in for them. */
const standIns: ReadonlyMap<string, string> = new Map([
	["\u00a5", "\uffe5"],
	["\u00a0", " "],
	["\u00a9", "(c)"],
	["\u00ae", "(R)"],
	["\u2022", "\u00b7"],
	["\u2011", "-"],
	["\u2012", "-"],
	["\u2212", "-"],
]);

/**
 * Cells without a character of their own: unassigned, private, and the 18 that were private until GB 18030-2022,
 * which receiptline's tables and the fonts of printers do not follow.
 */
const unprintable = /[\ufffd\ue000-\uf8ff\u9fb4-\u9fbb\ufe10-\ufe19]/;

let gbk: ReadonlySet<string> | undefined;

/**
 * Replaces what a Chinese printer cannot print. Nearly all of them hold only the two-byte part of GB 18030 (GBK):
 * a four-byte code would come out as digits and rubbish, so such characters become their stand-in,
 * else their base letter, else "?".
 */
export function printableGbk(text: string): string {
	return text.normalize().replaceAll(/[^\n\r\t -~]/gu, (character) => {
		if (gbkCharacters().has(character)) {
			return character;
		}
		const standIn = standIns.get(character);
		if (standIn !== undefined) {
			return standIn;
		}
		const base = character.normalize("NFD").charAt(0);
		return /[!-~]/.test(base) ? base : "?";
	});
}

/** Found by decoding every lead and trail byte once (GB 18030, two-byte part). */
function gbkCharacters(): ReadonlySet<string> {
	gbk ??= new Set(decodedCells());
	return gbk;
}

function* decodedCells(): Generator<string> {
	const decoder = new TextDecoder("gb18030");
	for (let lead = 0x81; lead <= 0xfe; lead++) {
		for (let trail = 0x40; trail <= 0xfe; trail++) {
			const character = trail === 0x7f ? "\ufffd" : decoder.decode(Uint8Array.of(lead, trail));
			if (!unprintable.test(character)) {
				yield character;
			}
		}
	}
}
