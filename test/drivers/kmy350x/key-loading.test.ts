import { afterEach, describe, expect, test } from "vitest";
import { clearTdesKey } from "../../../src/crypto/clear/clear-keys.ts";
import { kcv } from "../../../src/crypto/clear/kcv.ts";
import { tdes } from "../../../src/crypto/clear/tdes.ts";
import type { DeviceKeeper } from "../../../src/devices/device-keeper.ts";
import type { KeyLoading, KeyPlace } from "../../../src/devices/key-loading.ts";
import type { PinPad } from "../../../src/devices/pin-pad.ts";
import { fromHex } from "../../../src/wire/hex.ts";
import { keepKmyPad, padPort, reached } from "../../support/kept-pad.ts";
import { present } from "../../support/present.ts";
import { type KmyPadProcess, startKmyPad } from "../../support/start-kmy-pad.ts";

const masterHex = "258FB0AB70D025CDB99DF2C4D302D646";
const master = clearTdesKey(fromHex(masterHex));
const other = clearTdesKey(fromHex("D931648F3DE313A4A22C15DCA4F4299E"));
const triple = clearTdesKey(fromHex("0123456789ABCDEF23456789ABCDEF01456789ABCDEF0123"));
const form = { method: "ecb-zeros", length: 4 } as const;
const tmk: KeyPlace = { kind: "master", slot: 0 };
const tpk: KeyPlace = { kind: "working", master: 0, slot: 1 };

let pad: KmyPadProcess;
let keeper: DeviceKeeper<PinPad>;

async function start(pads: object = {}, options: Readonly<Record<string, unknown>> = {}): Promise<KeyLoading> {
	pad = await startKmyPad({ persons: [{ pin: "1234", delayPerKeyMs: 0 }], ...pads });
	keeper = keepKmyPad(padPort(pad.path), options);
	await reached(keeper, "enabled");
	return present(keeper.use().keyLoading, "key loading");
}

afterEach(async () => {
	await keeper.close();
	await pad.stop();
});

function childCheckValue(key: typeof master): object {
	const cryptogram = fromHex("00000000000000001111111111111111");
	const child = clearTdesKey(tdes(key).decipherEcb(cryptogram));
	return { kind: "child_check_value", cryptogram, value: kcv("TDES", child, form).value };
}

function checkValue(key: typeof master): object {
	return { kind: "check_value", method: "ecb-zeros", value: kcv("TDES", key, form).value };
}

describe("a KMY350x takes keys", () => {
	test.each([
		["double", master],
		["triple", triple],
	])("a master key of %s length in the clear, and proves it at once and later", async (_, key) => {
		const loading = await start();
		const evidence = await loading.loadKey({ place: tmk, delivery: { form: "clear", key } });
		expect(evidence).toEqual(checkValue(key));
		expect(await loading.proveKey(tmk)).toEqual(childCheckValue(key));
		expect((await pad.state()).keySlots.master).toEqual([0]);
	});

	test("a working key under its master key, proved by its own check value", async () => {
		const loading = await start({ masterKeys: [{ slot: 0, key: masterHex }] });
		const cryptogram = tdes(master).encipherEcb(other);
		const load = { place: tpk, delivery: { form: "enciphered", under: tmk, cryptogram } } as const;
		expect(await loading.loadKey(load)).toEqual(checkValue(other));
		expect(await loading.proveKey(tpk)).toEqual(checkValue(other));
	});

	test("a master key under a working key", async () => {
		const loading = await start({ masterKeys: [{ slot: 0, key: masterHex }] });
		const transport = clearTdesKey(fromHex("9B1C6D5AE02F47838E3D70A4C6195BF2"));
		const cryptogram = tdes(master).encipherEcb(transport);
		await loading.loadKey({ place: tpk, delivery: { form: "enciphered", under: tmk, cryptogram } });
		const place = { kind: "master", slot: 1 } as const;
		const delivery = { form: "enciphered", under: tpk, cryptogram: tdes(transport).encipherEcb(other) } as const;
		expect(await loading.loadKey({ place, delivery })).toEqual(checkValue(other));
		expect(await loading.proveKey(place)).toEqual(childCheckValue(other));
	});

	test("and shows the wrong check value where its firmware takes the cryptogram for the key", async () => {
		const loading = await start({ masterKeys: [{ slot: 0, key: masterHex }], quirks: { load40: "check_value" } });
		const cryptogram = tdes(master).encipherEcb(other);
		await loading.loadKey({ place: tpk, delivery: { form: "enciphered", under: tmk, cryptogram } });
		const place = { kind: "master", slot: 1 } as const;
		const delivery = { form: "enciphered", under: tpk, cryptogram } as const;
		expect(await loading.loadKey({ place, delivery })).toEqual(checkValue(clearTdesKey(cryptogram)));
	});

	test("into places it has, and into no others", async () => {
		const loading = await start({}, { masterSlots: 32, proofSlot: 7 });
		expect(loading.formsFor({ kind: "master", slot: 31 }, "TDES")).toEqual(["clear", "enciphered"]);
		expect(loading.formsFor({ kind: "master", slot: 32 }, "TDES")).toEqual([]);
		expect(loading.formsFor(tpk, "TDES")).toEqual(["enciphered"]);
		expect(loading.formsFor({ kind: "working", master: 0, slot: 7 }, "TDES")).toEqual([]);
		expect(loading.formsFor(tmk, "AES")).toEqual([]);
		expect(loading.formsFor({ kind: "transport" }, "TDES")).toEqual([]);
		expect(loading.formsFor({ kind: "initial", engine: 0 }, "TDES")).toEqual([]);
		const clear = { place: tpk, delivery: { form: "clear", key: other } } as const;
		expect(() => loading.loadKey(clear)).toThrow(expect.objectContaining({ code: "E_ILLEGAL" }));
	});
});

describe("a KMY350x says", () => {
	test("that a place is empty", async () => {
		const loading = await start({ masterKeys: [{ slot: 3, key: masterHex }] });
		expect(await loading.proveKey(tmk)).toEqual({ kind: "none" });
		expect(await loading.proveKey({ kind: "working", master: 3, slot: 1 })).toEqual({ kind: "none" });
		expect(await loading.survey()).toEqual([{ place: { kind: "master", slot: 3 }, evidence: childCheckValue(master) }]);
	});

	test("that it lost its keys", async () => {
		const loading = await start({ masterKeys: [{ slot: 0, key: masterHex }] });
		await pad.act("lose_keys");
		expect(await loading.survey()).toEqual([]);
	});

	test("its own serial number, whoever was there before", async () => {
		const loading = await start({ serialNumber: "35019876" });
		expect(await loading.readSerialNumber()).toBe("35019876");
	});
});

test("no key byte reaches a log: frames are not shown, and a refusal names the command only", async () => {
	const loading = await start({ masterSlots: 1 }, { masterSlots: 16 });
	const place = { kind: "master", slot: 5 } as const;
	const refusal = loading.loadKey({ place, delivery: { form: "clear", key: master } });
	await expect(refusal).rejects.toMatchObject({
		code: "E_FAILURE",
		extended: "parameter",
		context: { command: "load master key" },
	});
});
