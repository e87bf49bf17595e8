import type { ClearTdesKey } from "../../crypto/clear/clear-keys.ts";
import { cupMac } from "../../crypto/clear/cup-mac.ts";
import { macAlgorithm1Tdes, macAlgorithm3 } from "../../crypto/clear/mac.ts";
import type { PaddingMethod } from "../../crypto/clear/padding.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { fromHex } from "../../wire/hex.ts";
import type { MacMode } from "./settings.ts";

/**
 * The eight bytes of a MAC in one of the four modes of 46 06. A double-length key makes X9.9 into X9.19.
 * @throws CryptoError `data_invalid` for no data in UnionPay mode, `key_invalid` for 24 bytes in X9.9 and PBOC mode
 */
export function padMac(mode: MacMode, key: ClearTdesKey, data: Uint8Array): Bytes {
	switch (mode) {
		case "x9.9":
			return chained(key, data, 1);
		case "pboc":
			return chained(key, data, 2);
		case "cup_ecb":
			return fromHex(cupMac(key, data));
		case "cbc":
			return macAlgorithm1Tdes(key, data, 1);
	}
}

function chained(key: ClearTdesKey, data: Uint8Array, padding: PaddingMethod): Bytes {
	return key.length === 8 ? macAlgorithm1Tdes(key, data, padding) : macAlgorithm3(key, data, padding);
}
