/** What was wrong, in a word that never changes. The text of an error is for people and never shows a key, PIN or PAN. */
export type CryptoErrorCode =
	| "key_invalid"
	| "data_invalid"
	| "length_invalid"
	| "pin_invalid"
	| "pan_invalid"
	| "fill_invalid"
	| "pin_block_invalid"
	| "components_invalid"
	| "variant_invalid"
	| "ksn_invalid"
	| "ksn_end_of_life"
	| "key_block_header_invalid"
	| "key_block_content_invalid"
	| "key_block_unverified"
	| "seal_unverified";

/** The one error of this room. */
export class CryptoError extends Error {
	override readonly name = "CryptoError";
	readonly code: CryptoErrorCode;

	constructor(code: CryptoErrorCode, text: string) {
		super(text);
		this.code = code;
	}
}
