import { describe, expect, it } from "vitest";
import { aes } from "../../../src/crypto/clear/aes.ts";
import { clearAesKey, clearTdesKey } from "../../../src/crypto/clear/clear-keys.ts";
import { tdes } from "../../../src/crypto/clear/tdes.ts";
import type { Fault } from "../../../src/kernel/fault.ts";
import { checkValueOf, fingerprintOf } from "../../../src/keys/check-value.ts";
import type { KeyStore } from "../../../src/keys/vault/key-store.ts";
import { fromHex, toHex } from "../../../src/wire/hex.ts";
import { putKey } from "../support/test-vault.ts";

/** A store that can be closed and opened again, as after a restart. */
interface StoreUnderTest {
	open(): KeyStore;
}

interface Provider {
	/** A new, empty store. */
	readonly create: () => StoreUnderTest;
	readonly lends: boolean;
}

const keys = {
	TDES2: "0123456789ABCDEFFEDCBA9876543210",
	TDES3: "0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123",
	AES128: "2B7E151628AED2A6ABF7158809CF4F3C",
	AES192: "8E73B0F7DA0E6452C810F32B809079E562F8EAD2522C6B7B",
	AES256: "603DEB1015CA71BE2B73AEF0857D77811F352C073B6108D72D9810A30914DFF4",
} as const;
const algorithms = ["TDES2", "TDES3", "AES128", "AES192", "AES256"] as const;

/** What every provider of keys keeps to. */
export function keepsTheKeyStoreContract({ create, lends }: Provider): void {
	it("is empty at first", () => {
		const store = create().open();
		expect(store.list()).toEqual([]);
		store.close();
	});

	describe.each(algorithms)("%s", (algorithm) => {
		const kind = { name: "tmk-1", role: "TMK", algorithm } as const;
		const clear = fromHex(keys[algorithm]);
		const reference = algorithm.startsWith("TDES") ? tdes(clearTdesKey(clear)) : aes(clearAesKey(clear));
		const data = fromHex("00112233445566778899AABBCCDDEEFF0102030405060708090A0B0C0D0E0F10");
		const iv = new Uint8Array(reference.blockSize).fill(7);

		it("works under a held key, also after a restart", () => {
			const tested = create();
			const first = tested.open();
			const label = putKey(first, kind, keys[algorithm]);
			first.close();
			const store = tested.open();
			expect(store.list()).toEqual([label]);
			const { cipher } = store.hold("tmk-1");
			expect(cipher.blockSize).toBe(reference.blockSize);
			expect(toHex(cipher.encipherEcb(data))).toBe(toHex(reference.encipherEcb(data)));
			expect(toHex(cipher.decipherEcb(data))).toBe(toHex(reference.decipherEcb(data)));
			expect(toHex(cipher.encipherCbc(iv, data))).toBe(toHex(reference.encipherCbc(iv, data)));
			expect(toHex(cipher.decipherCbc(iv, data))).toBe(toHex(reference.decipherCbc(iv, data)));
			expect(checkValueOf(algorithm, cipher)).toEqual(label.kcv);
			expect(fingerprintOf(cipher)).toBe(fingerprintOf(reference));
			store.close();
		});
	});

	it.runIf(lends)("lends a key for one call and wipes it", () => {
		const store = create().open();
		putKey(store, { name: "k", role: "KBPK", algorithm: "TDES2" }, keys.TDES2);
		let borrowed = new Uint8Array();
		const shown = store.hold("k").lend((key) => {
			borrowed = key;
			return toHex(key);
		});
		expect(store.lends).toBe(true);
		expect(shown).toBe(keys.TDES2);
		expect(borrowed).toEqual(new Uint8Array(16));
		store.close();
	});

	it.runIf(!lends)("says that it never lends a key", () => {
		const store = create().open();
		putKey(store, { name: "k", role: "KBPK", algorithm: "TDES2" }, keys.TDES2);
		expect(store.lends).toBe(false);
		expect(() => store.hold("k").lend(toHex)).toThrow(faultOf("key_not_lendable"));
		store.close();
	});

	it("lists by name, refuses a name twice, and forgets what is removed", () => {
		const tested = create();
		const store = tested.open();
		const b = putKey(store, { name: "b", role: "TMK", algorithm: "TDES2" }, keys.TDES2);
		const a = putKey(store, { name: "a", role: "BDK", algorithm: "AES128" }, keys.AES128);
		expect(store.list()).toEqual([a, b]);
		expect(() => putKey(store, { name: "a", role: "KEK", algorithm: "TDES2" }, keys.TDES2)).toThrow(
			faultOf("key_exists"),
		);
		store.remove("a");
		expect(() => store.hold("a")).toThrow(faultOf("key_unknown"));
		expect(() => store.remove("a")).toThrow(faultOf("key_unknown"));
		store.close();
		const again = tested.open();
		expect(again.list()).toEqual([b]);
		again.close();
	});

	it("does nothing any more once it is closed", () => {
		const store = create().open();
		putKey(store, { name: "a", role: "TMK", algorithm: "TDES2" }, keys.TDES2);
		const held = store.hold("a");
		store.close();
		expect(() => store.list()).toThrow(faultOf("E_CLOSED"));
		expect(() => held.cipher.encipherEcb(new Uint8Array(8))).toThrow(faultOf("E_CLOSED"));
		expect(() => putKey(store, { name: "b", role: "TMK", algorithm: "TDES2" }, keys.TDES2)).toThrow(
			faultOf("E_CLOSED"),
		);
	});
}

/** A pattern for `toThrow`: the fault with this code. */
export function faultOf(code: Fault["code"]): object {
	return expect.objectContaining({ name: "Fault", code });
}
