import { z } from "zod";
import { aes } from "../../src/crypto/clear/aes.ts";
import type { BlockCipher } from "../../src/crypto/clear/block-cipher.ts";
import { clearAesKey, clearTdesKey } from "../../src/crypto/clear/clear-keys.ts";
import { clearPin } from "../../src/crypto/clear/clear-pin.ts";
import { cmacAes, cmacTdes } from "../../src/crypto/clear/cmac.ts";
import { combineComponents } from "../../src/crypto/clear/components.ts";
import { cupMac } from "../../src/crypto/clear/cup-mac.ts";
import {
	deriveAesDerivationKey,
	deriveAesInitialKey,
	deriveAesUpdateKey,
	deriveAesWorkingKey,
} from "../../src/crypto/clear/dukpt-aes.ts";
import { deriveIpek, deriveTdesTransactionKey, deriveTdesWorkingKey } from "../../src/crypto/clear/dukpt-tdes.ts";
import { kcv } from "../../src/crypto/clear/kcv.ts";
import { unwrapKeyBlock, wrapKeyBlock } from "../../src/crypto/clear/key-block.ts";
import { leftmost, macAlgorithm1Aes, macAlgorithm1Tdes, macAlgorithm3 } from "../../src/crypto/clear/mac.ts";
import { pad } from "../../src/crypto/clear/padding.ts";
import { withOddParity } from "../../src/crypto/clear/parity.ts";
import { decodePinBlock, encodePinBlock } from "../../src/crypto/clear/pin-block.ts";
import { decipherPinBlock4, encipherPinBlock4 } from "../../src/crypto/clear/pin-block-format4.ts";
import { tdes } from "../../src/crypto/clear/tdes.ts";
import { atallaVariant } from "../../src/crypto/clear/variants.ts";
import { parseKeyBlockHeader } from "../../src/crypto/key-block-header.ts";
import { nextAesKsn, nextTdesKsn } from "../../src/crypto/ksn.ts";
import type { Bytes } from "../../src/wire/bytes.ts";
import { fromHex, isHex, toHex } from "../../src/wire/hex.ts";

export type OracleResult = Readonly<Record<string, string | Readonly<Record<string, string>>>>;
type OracleFunction = (args: unknown) => OracleResult;

/** One row of the table: the arguments it takes, and what it does with them. Arguments it does not know are ignored. */
function row<Schema extends z.ZodType>(args: Schema, run: (args: z.output<Schema>) => OracleResult): OracleFunction {
	return (given) => run(args.parse(given));
}

const hex = z
	.string()
	.refine(isHex, "expected an even number of hex digits")
	.transform((text) => fromHex(text));
const tdesKey = hex.transform((bytes) => clearTdesKey(bytes));
const aesKey = hex.transform((bytes) => clearAesKey(bytes));
const pin = z.string().transform((text) => clearPin(text));
const pan = z.string();
const length = z.int().nullish();
const padding = z.literal([1, 2, 3]);
const mode = z.discriminatedUnion("mode", [
	z.object({ mode: z.literal("ecb") }),
	z.object({ mode: z.literal("cbc"), iv: hex }),
]);

const pinBlockOrigin = z.discriminatedUnion("format", [
	z.object({ format: z.literal(0), pin, pan }),
	z.object({ format: z.literal(1), pin, fillHex: z.string() }),
	z.object({ format: z.literal(2), pin }),
	z.object({ format: z.literal(3), pin, pan, fillHex: z.string() }),
]);

const pinBlockBinding = z.discriminatedUnion("format", [
	z.object({ format: z.literal(0), pinBlock: hex, pan }),
	z.object({ format: z.literal(1), pinBlock: hex }),
	z.object({ format: z.literal(2), pinBlock: hex }),
	z.object({ format: z.literal(3), pinBlock: hex, pan }),
]);

const tdesMac = z.object({ key: tdesKey, data: hex, padding, length });
const aesMac = z.object({ key: aesKey, data: hex, padding, length });

const aesUsage = z.enum(["kek", "pin", "mac_gen", "mac_ver", "mac_both", "data_enc", "data_dec", "data_both"]);
const aesAlgorithm = z.enum(["TDES2", "TDES3", "AES128", "AES192", "AES256", "HMAC128", "HMAC192", "HMAC256"]);

const functions: Readonly<Record<string, OracleFunction>> = {
	"pinblock.encode": row(pinBlockOrigin, (args) => {
		const origin = "fillHex" in args ? { ...args, fill: args.fillHex } : args;
		return { pinBlock: toHex(encodePinBlock(args.pin, origin)) };
	}),
	"pinblock.decode": row(pinBlockBinding, (args) => ({ pin: decodePinBlock(args.pinBlock, args) })),
	"pinblock.encipher4": row(z.object({ key: aesKey, pin, pan, randomHex: hex }), (args) => ({
		pinBlock: toHex(encipherPinBlock4(args.key, args.pin, { pan: args.pan, random: args.randomHex })),
	})),
	"pinblock.decipher4": row(z.object({ key: aesKey, pinBlock: hex, pan }), (args) => ({
		pin: decipherPinBlock4(args.key, args.pinBlock, args.pan),
	})),
	pad: row(z.object({ method: padding, blockSize: z.literal([8, 16]).nullish(), data: hex }), (args) => ({
		padded: toHex(pad(args.method, args.blockSize ?? 8, args.data)),
	})),
	"mac.alg1.tdes": row(tdesMac, (args) => mac(macAlgorithm1Tdes(args.key, args.data, args.padding), args.length)),
	"mac.alg1.aes": row(aesMac, (args) => mac(macAlgorithm1Aes(args.key, args.data, args.padding), args.length)),
	"mac.alg3": row(tdesMac, (args) => mac(macAlgorithm3(args.key, args.data, args.padding), args.length)),
	"cmac.aes": row(z.object({ key: aesKey, data: hex, length }), (args) =>
		mac(cmacAes(args.key, args.data), args.length),
	),
	"cmac.tdes": row(z.object({ key: tdesKey, data: hex, length }), (args) =>
		mac(cmacTdes(args.key, args.data), args.length),
	),
	"mac.cup": row(z.object({ key: tdesKey, data: hex, length: z.int().min(1).max(16).nullish() }), (args) => ({
		mac: cupMac(args.key, args.data).slice(0, args.length ?? 8),
	})),
	kcv: row(
		z.object({ algorithm: z.enum(["TDES", "AES"]), method: z.enum(["ecb-zeros", "cmac"]), key: hex, length }),
		({ algorithm, method, key, length }) => ({
			kcv: toHex(kcv(algorithm, key, { method, length: length ?? 3 }).value),
		}),
	),
	"key.combine": row(z.object({ components: z.array(hex) }), (args) => ({
		key: toHex(combineComponents(args.components)),
	})),
	"key.parity": row(z.object({ key: tdesKey }), (args) => ({ key: toHex(withOddParity(args.key)) })),
	"key.variant.atalla": row(z.object({ key: tdesKey, variant: z.number() }), (args) => ({
		key: toHex(atallaVariant(args.key, args.variant)),
	})),
	tdes: row(z.object({ key: tdesKey, data: hex, encrypt: z.boolean().nullish() }).and(mode), (args) =>
		runCipher(tdes(args.key), args),
	),
	aes: row(z.object({ key: aesKey, data: hex, encrypt: z.boolean().nullish() }).and(mode), (args) =>
		runCipher(aes(args.key), args),
	),
	"dukpt.tdes": row(
		z.object({ bdk: tdesKey.nullish(), ipek: tdesKey.nullish(), ksn: hex }).transform(({ bdk, ipek, ksn }) => ({
			ksn,
			ipek: exactlyOne(ipek, bdk && (() => deriveIpek(bdk, ksn))),
		})),
		({ ipek, ksn }) => {
			const transactionKey = deriveTdesTransactionKey(ipek, ksn);
			return {
				ipek: toHex(ipek),
				transactionKey: toHex(transactionKey),
				pinKey: toHex(deriveTdesWorkingKey(transactionKey, "pin")),
				macRequestKey: toHex(deriveTdesWorkingKey(transactionKey, "mac-request")),
				macResponseKey: toHex(deriveTdesWorkingKey(transactionKey, "mac-response")),
				dataRequestKey: toHex(deriveTdesWorkingKey(transactionKey, "data-request")),
				dataResponseKey: toHex(deriveTdesWorkingKey(transactionKey, "data-response")),
			};
		},
	),
	"dukpt.tdes.next": row(z.object({ ksn: hex }), (args) => ({ ksn: toHex(nextTdesKsn(args.ksn)) })),
	"dukpt.aes": row(
		z
			.object({ bdk: aesKey.nullish(), ik: aesKey.nullish(), ksn: hex, usage: aesUsage, algorithm: aesAlgorithm })
			.transform(({ bdk, ik, ksn, ...kind }) => ({
				ksn,
				kind,
				initialKey: exactlyOne(ik, bdk && (() => deriveAesInitialKey(bdk, ksn.slice(0, 8)))),
			})),
		({ initialKey, ksn, kind }) => {
			const derivationKey = deriveAesDerivationKey(initialKey, ksn);
			return {
				initialKey: toHex(initialKey),
				derivationKey: toHex(derivationKey),
				key: toHex(deriveAesWorkingKey(derivationKey, ksn, kind)),
			};
		},
	),
	"dukpt.aes.next": row(z.object({ ksn: hex }), (args) => ({ ksn: toHex(nextAesKsn(args.ksn)) })),
	"dukpt.aes.update": row(z.object({ bdk: aesKey, ikid: hex, algorithm: aesAlgorithm }), (args) => ({
		key: toHex(deriveAesUpdateKey(deriveAesInitialKey(args.bdk, args.ikid), args.ikid, args.algorithm)),
	})),
	"tr31.unwrap": row(z.object({ kbpk: hex, keyBlock: z.string() }), (args) => {
		const { header, key } = unwrapKeyBlock(args.kbpk, upperCaseBody(args.keyBlock));
		const { version, usage, algorithm, mode, keyVersion, exportability } = header;
		const blocks = header.optionalBlocks.filter(({ id }) => id !== "PB").map(({ id, data }) => [id, data]);
		const optionalBlocks: Record<string, string> = Object.fromEntries(blocks);
		return { version, usage, algorithm, mode, keyVersion, exportability, key: toHex(key), optionalBlocks };
	}),
	"tr31.wrap": row(z.object({ kbpk: hex, header: z.string(), key: hex, padding: hex }), (args) => ({
		keyBlock: wrapKeyBlock(args.kbpk, args.header, { key: args.key, padding: args.padding }),
	})),
};

/** By name; a Map, so that no name reaches into Object.prototype. */
export const oracleFunctions: ReadonlyMap<string, OracleFunction> = new Map(Object.entries(functions));

function mac(whole: Bytes, length: number | null | undefined): OracleResult {
	return { mac: toHex(leftmost(whole, length ?? whole.length)) };
}

interface CipherArguments {
	readonly data: Bytes;
	readonly encrypt?: boolean | null | undefined;
}

function runCipher(cipher: BlockCipher, args: CipherArguments & z.output<typeof mode>): OracleResult {
	const { data } = args;
	const encrypt = args.encrypt ?? true;
	if (args.mode === "cbc") {
		return { data: toHex(encrypt ? cipher.encipherCbc(args.iv, data) : cipher.decipherCbc(args.iv, data)) };
	}
	return { data: toHex(encrypt ? cipher.encipherEcb(data) : cipher.decipherEcb(data)) };
}

function exactlyOne<Key>(key: Key | null | undefined, derive: (() => Key) | null | undefined): Key {
	if (key && !derive) {
		return key;
	}
	if (derive && !key) {
		return derive();
	}
	throw new RangeError("expected either the base or the initial key");
}

/** The oracle takes hex in any case; a key block itself is written in upper case, so its body is brought there. */
function upperCaseBody(keyBlock: string): string {
	const { length } = parseKeyBlockHeader(keyBlock);
	return keyBlock.slice(0, length) + keyBlock.slice(length).toUpperCase();
}
