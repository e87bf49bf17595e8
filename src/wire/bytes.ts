/** Bytes that own their memory; everything that crosses a wire has this type. */
export type Bytes = Uint8Array<ArrayBuffer>;

/** Joins byte runs into one new run. */
export function concatBytes(...parts: readonly Uint8Array[]): Bytes {
	const joined = new Uint8Array(parts.reduce((total, part) => total + part.length, 0));
	let offset = 0;
	for (const part of parts) {
		joined.set(part, offset);
		offset += part.length;
	}
	return joined;
}

/** A copy of the bytes from `from` up to `to`, in Node's pool: memory of its own would cost ten times the copy. */
export function copyBytes(bytes: Uint8Array, from: number, to: number): Bytes {
	const copy = Buffer.copyBytesFrom(bytes, from, to - from);
	return new Uint8Array(copy.buffer, copy.byteOffset, copy.length);
}

/** True when both runs hold the same bytes. Not constant in time: never for secrets. */
export function equalBytes(left: Uint8Array, right: Uint8Array): boolean {
	return left.length === right.length && left.every((byte, index) => byte === right[index]);
}

/** Bitwise exclusive-or of two runs of equal length. */
export function xorBytes(left: Uint8Array, right: Uint8Array): Bytes {
	if (left.length !== right.length) {
		throw new RangeError(`xor needs equal lengths, got ${left.length} and ${right.length}`);
	}
	return Uint8Array.from(left, (byte, index) => byte ^ (right[index] ?? 0));
}

/** One byte per character; characters above U+00FF are refused. */
export function latin1(text: string): Bytes {
	const bytes = new Uint8Array(text.length);
	for (let index = 0; index < text.length; index++) {
		const code = text.charCodeAt(index);
		if (code > 0xff) {
			throw new RangeError(`character ${index} is not a single byte`);
		}
		bytes[index] = code;
	}
	return bytes;
}

/** The text whose characters are these bytes, one for one. */
export function fromLatin1(bytes: Uint8Array): string {
	return Buffer.from(bytes.buffer, bytes.byteOffset, bytes.length).toString("latin1");
}
