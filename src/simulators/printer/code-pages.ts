/**
 * The upper halves of the code pages that ESC t selects, by its parameter.
 * Tables of IBM code pages 437 and 858; 1252 is the one of Windows.
 */
const upperHalves: ReadonlyMap<number, readonly string[]> = new Map([
	[
		0,
		letters(
			"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜ¢£¥₧ƒ",
			"áíóúñÑªº¿⌐¬½¼¡«»░▒▓│┤╡╢╖╕╣║╗╝╜╛┐",
			"└┴┬├─┼╞╟╚╔╩╦╠═╬╧╨╤╥╙╘╒╓╫╪┘┌█▄▌▐▀",
			"αßΓπΣσµτΦΘΩδ∞φε∩≡±≥≤⌠⌡÷≈°∙·√ⁿ²■\u00a0",
		),
	],
	[
		19,
		letters(
			"ÇüéâäàåçêëèïîìÄÅÉæÆôöòûùÿÖÜø£Ø×ƒ",
			"áíóúñÑªº¿®¬½¼¡«»░▒▓│┤ÁÂÀ©╣║╗╝¢¥┐",
			"└┴┬├─┼ãÃ╚╔╩╦╠═╬¤ðÐÊËÈ€ÍÎÏ┘┌█▄¦Ì▀",
			"ÓßÔÒõÕµþÞÚÛÙýÝ¯´\u00ad±‗¾¶§÷¸°¨·¹³²■\u00a0",
		),
	],
	[16, Array.from({ length: 128 }, (_, index) => new TextDecoder("windows-1252").decode(Uint8Array.of(0x80 + index)))],
]);

/** The character that a byte prints on this code page, or undefined when the printer has no such page. */
export function pageCharacter(page: number, byte: number): string | undefined {
	return byte < 0x80 ? String.fromCharCode(byte) : upperHalves.get(page)?.[byte - 0x80];
}

const gbk = new TextDecoder("gb18030");

/** The character of a two-byte code (GBK), or undefined where the printer's font is empty. */
export function gbkCharacter(lead: number, trail: number): string | undefined {
	if (trail < 0x40 || trail === 0x7f) {
		return undefined;
	}
	const character = gbk.decode(Uint8Array.of(lead, trail));
	return /[\ufffd\ue000-\uf8ff]/.test(character) ? undefined : character;
}

function letters(...rows: readonly string[]): readonly string[] {
	return Array.from(rows.join(""));
}
