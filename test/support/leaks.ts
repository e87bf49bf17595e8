import { latin1 } from "../../src/wire/bytes.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";

/** Something nobody may read afterwards. */
export interface Secret {
	readonly name: string;
	readonly bytes: Uint8Array;
}

/** Something somebody may read afterwards. */
export interface Trail {
	readonly name: string;
	readonly bytes: Uint8Array;
}

/** Digits: as text, and packed two a byte. A separator `=` is packed as D. */
export function digitSecrets(name: string, digits: string): readonly Secret[] {
	const packed = digits.replaceAll("=", "D");
	return [
		{ name, bytes: latin1(digits) },
		...(packed === digits ? [] : [{ name: `${name}, D`, bytes: latin1(packed) }]),
		{ name: `${name}, packed`, bytes: fromHex(packed.length % 2 === 0 ? packed : packed.slice(0, -1)) },
	];
}

/** Where a secret was found, and in what form: "daemon.log: PAN as hex". Looks for bytes, hex, both reversed, and base64. */
export function leaksIn(trails: readonly Trail[], secrets: readonly Secret[]): readonly string[] {
	return trails.flatMap(({ name, bytes }) => {
		const text = Buffer.from(bytes).toString("latin1");
		const upperText = text.toUpperCase();
		// As hex a packed number is found whatever digit it begins at.
		const nibbles = toHex(bytes);
		return secrets.flatMap((secret) => {
			const { hex, reversed, encoded } = formsOf(secret.bytes);
			const found = [
				...(hex.some((form) => nibbles.includes(form)) ? ["bytes"] : []),
				...(hex.some((form) => upperText.includes(form)) ? ["hex"] : []),
				...(reversed.some((form) => nibbles.includes(form) || upperText.includes(form)) ? ["reversed"] : []),
				...(encoded.some((form) => text.includes(form)) ? ["base64"] : []),
			];
			return found.map((form) => `${name}: ${secret.name} as ${form}`);
		});
	});
}

interface Forms {
	readonly hex: readonly string[];
	readonly reversed: readonly string[];
	readonly encoded: readonly string[];
}

function formsOf(bytes: Uint8Array): Forms {
	const backwards = bytes.toReversed();
	const swapped = bytes.map((byte) => ((byte & 0x0f) << 4) | (byte >> 4));
	return {
		hex: [toHex(bytes), toHex(wide(bytes))],
		reversed: [toHex(backwards), toHex(swapped), toHex(swapped.toReversed())],
		encoded: [0, 1, 2].flatMap((offset) => base64At(bytes, offset)),
	};
}

/** Text with two bytes a character, as UTF-16 has it. */
function wide(bytes: Uint8Array): Uint8Array {
	return Uint8Array.from([...bytes].flatMap((byte) => [byte, 0])).slice(0, -1);
}

/** The characters that these bytes certainly become when `offset` bytes stand before them in their group of three. */
function base64At(bytes: Uint8Array, offset: number): readonly string[] {
	const text = Buffer.concat([new Uint8Array(offset), bytes]).toString("base64");
	const certain = text.slice(Math.ceil((offset * 8) / 6), Math.floor(((offset + bytes.length) * 8) / 6));
	return [certain, certain.replaceAll("+", "-").replaceAll("/", "_")];
}
