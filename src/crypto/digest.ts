import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import type { Bytes } from "../wire/bytes.ts";

/** SHA-256 (FIPS 180-4) over the parts as if they were one run: 32 bytes. Part boundaries do not count. */
export function sha256(...parts: readonly Uint8Array[]): Bytes {
	const hash = createHash("sha256");
	for (const part of parts) {
		hash.update(part);
	}
	return Uint8Array.from(hash.digest());
}

/** HMAC-SHA-256 (FIPS 198-1): 32 bytes. */
export function hmacSha256(key: Uint8Array, data: Uint8Array): Bytes {
	return Uint8Array.from(createHmac("sha256", key).update(data).digest());
}

/** True when both runs hold the same bytes; the time taken depends on their length only. */
export function constantTimeEqual(left: Uint8Array, right: Uint8Array): boolean {
	return left.length === right.length && timingSafeEqual(left, right);
}
