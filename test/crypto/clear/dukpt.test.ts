import { describe, expect, test } from "vitest";
import { z } from "zod";
import { aes } from "../../../src/crypto/clear/aes.ts";
import { clearAesKey, clearTdesKey } from "../../../src/crypto/clear/clear-keys.ts";
import { clearPin } from "../../../src/crypto/clear/clear-pin.ts";
import { cmacAes, cmacTdes } from "../../../src/crypto/clear/cmac.ts";
import {
	type AesDukptUsage,
	deriveAesDerivationKey,
	deriveAesInitialKey,
	deriveAesUpdateKey,
	deriveAesWorkingKey,
} from "../../../src/crypto/clear/dukpt-aes.ts";
import {
	deriveIpek,
	deriveTdesTransactionKey,
	deriveTdesWorkingKey,
	type TdesDukptUsage,
} from "../../../src/crypto/clear/dukpt-tdes.ts";
import { macAlgorithm3 } from "../../../src/crypto/clear/mac.ts";
import { pad } from "../../../src/crypto/clear/padding.ts";
import { encodePinBlock } from "../../../src/crypto/clear/pin-block.ts";
import { encipherPinBlock4 } from "../../../src/crypto/clear/pin-block-format4.ts";
import { tdes } from "../../../src/crypto/clear/tdes.ts";
import { hmacSha256 } from "../../../src/crypto/digest.ts";
import { xorBytes } from "../../../src/wire/bytes.ts";
import { fromHex, toHex } from "../../../src/wire/hex.ts";
import { codeOf } from "../code-of.ts";
import { hex, vectorsOf } from "../vectors.ts";

const text = z.string();
const transaction = { bdk: hex, ksn: hex, pin: text, pan: text, data: hex };

describe("TDES DUKPT", () => {
	const vectors = vectorsOf("dukpt-tdes", z.object(transaction), z.record(text, text.nullable()));

	test.each(vectors)("$id", ({ in: { bdk, ksn, pin, pan, data }, out }) => {
		const ipek = deriveIpek(clearTdesKey(bdk), ksn);
		const transactionKey = deriveTdesTransactionKey(ipek, ksn);
		const keyFor = (usage: TdesDukptUsage) => deriveTdesWorkingKey(transactionKey, usage);
		const pinBlock = encodePinBlock(clearPin(pin), { format: 0, pan });
		const encipher = (usage: TdesDukptUsage) => tdes(keyFor(usage)).encipherCbc(new Uint8Array(8), pad(1, 8, data));
		const values = {
			ipek,
			transactionKey,
			pinKey: keyFor("pin"),
			macRequestKey: keyFor("mac-request"),
			macResponseKey: keyFor("mac-response"),
			dataRequestKey: keyFor("data-request"),
			dataResponseKey: keyFor("data-response"),
			pinBlock,
			encryptedPinBlock: tdes(keyFor("pin")).encipherEcb(pinBlock),
			macRequest: macAlgorithm3(keyFor("mac-request"), data, 1),
			macResponse: macAlgorithm3(keyFor("mac-response"), data, 1),
			cmacRequest: cmacTdes(keyFor("mac-request"), data),
			cmacResponse: cmacTdes(keyFor("mac-response"), data),
			dataRequest: encipher("data-request"),
			dataResponse: encipher("data-response"),
		};
		const texts = Object.fromEntries(Object.entries(values).map(([name, value]) => [name, toHex(value)]));
		expect({ ...texts, nextKsn: out["nextKsn"] }).toEqual(out);
	});

	test("its masks are those of X9.24", () => {
		const masks = vectorsOf(
			"key-variants",
			z.object({ scheme: text, key: hex, mask: hex.optional() }),
			z.object({ key: hex.optional() }),
		);
		const mac = masks.find((vector) => vector.in.scheme.includes("MAC request"));
		const dataRequest = masks.find((vector) => vector.in.scheme.includes("data request"));
		expect.assert(mac?.in.mask && mac.out.key && dataRequest?.in.mask && dataRequest.out.key);
		expect(deriveTdesWorkingKey(clearTdesKey(mac.in.key), "mac-request")).toEqual(mac.out.key);
		const variant = xorBytes(dataRequest.in.key, dataRequest.in.mask);
		expect(variant).toEqual(dataRequest.out.key);
		expect(deriveTdesWorkingKey(clearTdesKey(dataRequest.in.key), "data-request")).toEqual(
			tdes(clearTdesKey(variant)).encipherEcb(variant),
		);
	});

	test("refuses keys and key serial numbers of other lengths, and counters never to be used", () => {
		const key = clearTdesKey(new Uint8Array(16));
		const ksn = fromHex("FFFF9876543210E00001");
		for (const length of [8, 24]) {
			const wrong = clearTdesKey(new Uint8Array(length));
			expect(codeOf(() => deriveIpek(wrong, ksn))).toBe("key_invalid");
			expect(codeOf(() => deriveTdesTransactionKey(wrong, ksn))).toBe("key_invalid");
			expect(codeOf(() => deriveTdesWorkingKey(wrong, "pin"))).toBe("key_invalid");
		}
		expect(codeOf(() => deriveIpek(key, ksn.slice(1)))).toBe("ksn_invalid");
		expect(codeOf(() => deriveTdesTransactionKey(key, fromHex("FFFF9876543210E00000")))).toBe("ksn_invalid");
		expect(codeOf(() => deriveTdesTransactionKey(key, fromHex("FFFF9876543210E007FF")))).toBe("ksn_invalid");
	});
});

describe("AES DUKPT", () => {
	const algorithm = z.enum(["TDES2", "TDES3", "AES128", "AES192", "AES256", "HMAC128", "HMAC192", "HMAC256"]);
	const usage = z.enum(["kek", "pin", "mac_gen", "mac_ver", "mac_both", "data_enc", "data_dec", "data_both"]);
	const aesAlgorithm = z.enum(["AES128", "AES192", "AES256"]);
	const vectors = vectorsOf(
		"dukpt-aes",
		z.object({ ...transaction, workingKeyType: aesAlgorithm, pinFieldRandom: hex }),
		z.object({
			initialKey: hex,
			derivationKey: hex,
			encryptedPinBlockFmt4: hex,
			cmacRequest: hex,
			cmacResponse: hex,
			dataRequest: hex,
			dataResponse: hex,
			hmacRequest: hex,
			hmacResponse: hex,
			workingKeys: z.partialRecord(algorithm, z.partialRecord(usage, text)),
		}),
	);

	test.each(vectors)("$id", ({ in: input, out }) => {
		const { ksn, data, workingKeyType, pin, pan, pinFieldRandom } = input;
		const initialKey = deriveAesInitialKey(clearAesKey(input.bdk), ksn.slice(0, 8));
		const derivationKey = deriveAesDerivationKey(initialKey, ksn);
		expect(initialKey).toEqual(out.initialKey);
		expect(derivationKey).toEqual(out.derivationKey);
		for (const [algorithmName, keys] of Object.entries(out.workingKeys)) {
			for (const [usageName, key] of Object.entries(keys)) {
				const kind = { usage: usage.parse(usageName), algorithm: algorithm.parse(algorithmName) };
				expect({ ...kind, key: toHex(deriveAesWorkingKey(derivationKey, ksn, kind)) }).toEqual({ ...kind, key });
			}
		}

		const keyFor = (usage: AesDukptUsage) =>
			clearAesKey(deriveAesWorkingKey(derivationKey, ksn, { usage, algorithm: workingKeyType }));
		const hmacKeyFor = (usage: AesDukptUsage) =>
			deriveAesWorkingKey(derivationKey, ksn, {
				usage,
				algorithm: algorithm.parse(workingKeyType.replace("AES", "HMAC")),
			});
		const encipher = (usage: AesDukptUsage) => aes(keyFor(usage)).encipherCbc(new Uint8Array(16), pad(1, 16, data));
		expect(out).toMatchObject({
			encryptedPinBlockFmt4: encipherPinBlock4(keyFor("pin"), clearPin(pin), { pan, random: pinFieldRandom }),
			cmacRequest: cmacAes(keyFor("mac_gen"), data),
			cmacResponse: cmacAes(keyFor("mac_ver"), data),
			dataRequest: encipher("data_enc"),
			dataResponse: encipher("data_dec"),
			hmacRequest: hmacSha256(hmacKeyFor("mac_gen"), data),
			hmacResponse: hmacSha256(hmacKeyFor("mac_ver"), data),
		});
	});

	const updates = vectorsOf(
		"dukpt-aes-update",
		z.object({ bdk: hex, ikid: hex, algorithm }),
		z.object({ initialKey: hex, updateKey: hex }),
	);

	test.each(updates)("$id", ({ in: { bdk, ikid, algorithm }, out }) => {
		const initialKey = deriveAesInitialKey(clearAesKey(bdk), ikid);
		expect(initialKey).toEqual(out.initialKey);
		expect(deriveAesUpdateKey(initialKey, ikid, algorithm)).toEqual(out.updateKey);
	});

	test("refuses what the standard does not derive", () => {
		const key = clearAesKey(new Uint8Array(16));
		const ksn = fromHex("123456789012345600000001");
		const refused = [
			{ usage: "pin", algorithm: "AES192" },
			{ usage: "mac_gen", algorithm: "HMAC256" },
			{ usage: "pin", algorithm: "HMAC128" },
		] as const;
		for (const kind of refused) {
			expect(codeOf(() => deriveAesWorkingKey(key, ksn, kind))).toBe("key_invalid");
		}
		expect(codeOf(() => deriveAesUpdateKey(key, ksn.slice(0, 8), "AES256"))).toBe("key_invalid");
	});

	test("refuses key serial numbers of other lengths, and counters never to be used", () => {
		const key = clearAesKey(new Uint8Array(16));
		const kind = { usage: "pin", algorithm: "AES128" } as const;
		expect(codeOf(() => deriveAesInitialKey(key, new Uint8Array(7)))).toBe("ksn_invalid");
		expect(codeOf(() => deriveAesUpdateKey(key, new Uint8Array(12), "AES128"))).toBe("ksn_invalid");
		for (const ksn of ["123456789012345600000000", "12345678901234560001FFFF", "1234567890123456FFFFFFFF", "1234"]) {
			expect(codeOf(() => deriveAesDerivationKey(key, fromHex(ksn)))).toBe("ksn_invalid");
			expect(codeOf(() => deriveAesWorkingKey(key, fromHex(ksn), kind))).toBe("ksn_invalid");
		}
	});
});
