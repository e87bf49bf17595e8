import { fileURLToPath } from "node:url";
import type { PaymentOrder, Profile, TerminalIdentity } from "../../src/acquirers/profile.ts";
import { loadUnionPay } from "../../src/acquirers/unionpay/load.ts";
import { createUnionPayProfile } from "../../src/acquirers/unionpay/profile.ts";
import type { UnionPayOverrides } from "../../src/acquirers/unionpay/settings.ts";
import { type Card, magneticCard } from "../../src/card/card.ts";
import { clearTdesKey } from "../../src/crypto/clear/clear-keys.ts";
import { cupMac } from "../../src/crypto/clear/cup-mac.ts";
import { type Bytes, latin1 } from "../../src/wire/bytes.ts";
import { fromHex } from "../../src/wire/hex.ts";
import { shippedCodec } from "./message-spec.ts";

export const shippedData = fileURLToPath(new URL("../../config/acquirers/unionpay", import.meta.url));

/** The profile as shipped, with an acquirer's own values. */
export function shippedProfile(overrides: UnionPayOverrides = {}): Profile {
	return createUnionPayProfile({ codec: shippedCodec("unionpay"), ...loadUnionPay(shippedData, overrides) });
}

/** The terminal of the synthetic messages M1 to M18. */
export const terminal: TerminalIdentity = {
	terminalId: "00000001",
	merchantId: "123456789012345",
	operator: "01",
	serialNumber: "99999906",
};

/** The swiped card of the synthetic messages. */
export function testCard(): Card {
	const card = magneticCard("6222020123456789=30122010000000000", undefined);
	if ("problem" in card) {
		throw new Error(card.problem);
	}
	return card;
}

/** The sale of M1. */
export function saleM1(): PaymentOrder {
	return {
		kind: "sale",
		terminal,
		trace: { stan: "000101", batch: "000001" },
		amount: 12_345,
		currency: "156",
		card: testCard(),
		pin: { block: fromHex("67A5670FEF15294E"), ksn: undefined },
		longestPin: 6,
		earlier: undefined,
	};
}

/** The public test MAC key of the synthetic messages. */
const testMak = clearTdesKey(fromHex("AB7C577CC7A18045"));

/** Field 64 under the test MAC key. */
export function testMac(data: Uint8Array): Bytes {
	return latin1(cupMac(testMak, data).slice(0, 8));
}
