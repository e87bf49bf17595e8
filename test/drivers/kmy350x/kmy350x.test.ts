import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { clearTdesKey } from "../../../src/crypto/clear/clear-keys.ts";
import { cupMac } from "../../../src/crypto/clear/cup-mac.ts";
import { kcv } from "../../../src/crypto/clear/kcv.ts";
import { macAlgorithm1Tdes, macAlgorithm3 } from "../../../src/crypto/clear/mac.ts";
import { decodePinBlock } from "../../../src/crypto/clear/pin-block.ts";
import { tdes } from "../../../src/crypto/clear/tdes.ts";
import type { DeviceKeeper } from "../../../src/devices/device-keeper.ts";
import type { PinEntryRequest, PinEntryResult, PinPad } from "../../../src/devices/pin-pad.ts";
import { Fault } from "../../../src/kernel/fault.ts";
import { latin1 } from "../../../src/wire/bytes.ts";
import { fromHex } from "../../../src/wire/hex.ts";
import { keepKmyPad, padPort, reached } from "../../support/kept-pad.ts";
import { type KmyPadProcess, startKmyPad } from "../../support/start-kmy-pad.ts";

const masterKey = "258FB0AB70D025CDB99DF2C4D302D646";
const tmk = clearTdesKey(fromHex(masterKey));
const doubleKey = clearTdesKey(fromHex("D931648F3DE313A4A22C15DCA4F4299E"));
const singleKey = clearTdesKey(fromHex("AB7C577CC7A18045"));
const pan = "6222020123456789";
const tpk = { master: 0, slot: 0 };
const tak = { master: 0, slot: 1 };
const message = latin1("0200 and all that follows, some 40 bytes");

let pad: KmyPadProcess;
let keeper: DeviceKeeper<PinPad>;

async function start(
	pads: Readonly<Record<string, unknown>> = {},
	options: Readonly<Record<string, unknown>> = {},
): Promise<PinPad> {
	pad = await startKmyPad({
		masterKeys: [{ slot: 0, key: masterKey }],
		persons: [{ pin: "1234", delayPerKeyMs: 0 }],
		...pads,
	});
	keeper = keepKmyPad(padPort(pad.path), options);
	await reached(keeper, "enabled");
	return keeper.use();
}

async function stop(): Promise<void> {
	await keeper.close();
	await pad.stop();
}

async function loadKeys(device: PinPad): Promise<void> {
	await device.updateKey({ role: "TPK", at: tpk, cryptogram: tdes(tmk).encipherEcb(doubleKey) });
	await device.updateKey({ role: "TAK", at: tak, cryptogram: tdes(tmk).encipherEcb(singleKey) });
}

function entry(own: Partial<PinEntryRequest> = {}): PinEntryRequest {
	const panDigits = latin1(pan.slice(-13, -1));
	return { panDigits, at: tpk, minLength: 4, maxLength: 6, timeoutMs: 2_000, onKey: () => undefined, ...own };
}

function pinOf(result: PinEntryResult): string {
	if (result.kind !== "entered") {
		return result.kind;
	}
	return decodePinBlock(tdes(doubleKey).decipherEcb(result.pin.pinBlock), { format: 0, pan });
}

afterEach(stop);

describe("a KMY350x", () => {
	test("says who it is and that it is well", async () => {
		const device = await start();
		expect(device.identity).toEqual({ model: "KMY3501", version: "KMY3501 V1.06", serialNumber: "35010001" });
		expect(await device.checkHealth()).toEqual({ masterKeys: "held", battery: "good" });
	});

	test("with the longer serial number", async () => {
		const device = await start({ quirks: { version30: 8 }, serialNumber: "1234567890123456" });
		expect(device.identity.serialNumber).toBe("1234567890123456");
	});

	test.each([
		{ what: "double", key: doubleKey },
		{ what: "single", key: singleKey },
	])("stores a $what-length key and proves it by its check value", async ({ key }) => {
		const device = await start();
		const cryptogram = tdes(tmk).encipherEcb(key);
		const checkValue = await device.updateKey({ role: "TAK", at: tak, cryptogram });
		expect(checkValue).toEqual(kcv("TDES", key, { method: "ecb-zeros", length: 4 }).value);
	});

	test.each(["raw", "hex"])("computes the UnionPay MAC, given as %s", async (macReply) => {
		const device = await start({ quirks: { macReply } });
		await loadKeys(device);
		const mac = await device.computeMac({ algorithm: "cup-ecb", at: tak, data: message });
		expect(mac).toEqual(latin1(cupMac(singleKey, message).slice(0, 8)));
	});

	test("computes X9.9 and, where it is known to, X9.19", async () => {
		const device = await start({}, { x919: "x9.9 mode" });
		await loadKeys(device);
		const x99 = await device.computeMac({ algorithm: "x9.9", at: tak, data: message });
		expect(x99).toEqual(macAlgorithm1Tdes(singleKey, message, 1));
		const x919 = await device.computeMac({ algorithm: "x9.19", at: tpk, data: message });
		expect(x919).toEqual(macAlgorithm3(doubleKey, message, 1));
	});

	test("refuses X9.19 and data it cannot take, before anything is sent", async () => {
		const device = await start();
		const x919 = { algorithm: "x9.19", at: tpk, data: message } as const;
		expect(() => device.computeMac(x919)).toThrow(expect.objectContaining({ code: "E_ILLEGAL" }));
		const long = { algorithm: "x9.9", at: tpk, data: new Uint8Array(241) } as const;
		expect(() => device.computeMac(long)).toThrow(expect.objectContaining({ code: "E_ILLEGAL" }));
	});

	test("activates the key again where other commands end that, and remembers", async () => {
		const device = await start({ quirks: { endsActiveKey: ["41"] } });
		await loadKeys(device);
		const expected = latin1(cupMac(singleKey, message).slice(0, 8));
		for (const _ of [1, 2, 3]) {
			expect(await device.computeMac({ algorithm: "cup-ecb", at: tak, data: message })).toEqual(expected);
		}
		const { commands } = await pad.state();
		expect(commands.map(({ command }) => command).slice(-8)).toEqual(["46", "43", "41", "41", "43", "41", "43", "41"]);
	});
});

describe("a PIN entry", () => {
	test("gives the PIN as ISO 9564-1 format 0 under the PIN key, and tells of each key", async () => {
		const device = await start({ persons: [{ pin: "123456", delayPerKeyMs: 0, clearFirst: true }] });
		await loadKeys(device);
		const keys: string[] = [];
		const result = await device.enterPin(entry({ onKey: (key) => keys.push(key) }));
		expect(pinOf(result)).toBe("123456");
		expect(keys).toEqual(["digit", "clear", ...Array.from({ length: 6 }, () => "digit")]);
		expect(await pad.state()).toMatchObject({ keypad: "closed" });
	});

	test.each([
		{ person: { pin: "12", ending: "cancel" }, kind: "cancelled" },
		{ person: { pin: "12", ending: "timeout" }, kind: "timed_out" },
		{ person: { pin: "", ending: "enter" }, kind: "bypassed" },
	])("$kind", async ({ person, kind }) => {
		const device = await start({ persons: [{ delayPerKeyMs: 0, ...person }] });
		await loadKeys(device);
		expect(await device.enterPin(entry({ minLength: 0 }))).toEqual({ kind });
		expect(await pad.state()).toMatchObject({ keypad: "closed" });
	});

	test("ended by the till closes the keypad and leaves the pad usable", async () => {
		const device = await start({ persons: [{ pin: "12", delayPerKeyMs: 0, ending: "nothing" }] });
		await loadKeys(device);
		const cancel = new AbortController();
		let typed = 0;
		const taking = device.enterPin(
			entry({
				onKey: () => {
					typed += 1;
					if (typed === 2) {
						cancel.abort(new Fault("cancelled"));
					}
				},
			}),
			cancel.signal,
		);
		await expect(taking).rejects.toMatchObject({ code: "cancelled" });
		expect(await pad.state()).toMatchObject({ keypad: "closed" });
		await device.computeMac({ algorithm: "cup-ecb", at: tak, data: message });
	});
});

describe("on a bad day", () => {
	let device: PinPad;
	beforeEach(async () => {
		// Long enough for a busy machine; the tests of silence wait it out.
		device = await start({}, { answerMs: 1_000 });
		await loadKeys(device);
	});

	const mac = (): Promise<Uint8Array> => device.computeMac({ algorithm: "cup-ecb", at: tak, data: message });

	test("garbage before an answer is passed over", async () => {
		await pad.setFaults({ name: "garbage", command: "41" });
		expect(await mac()).toHaveLength(8);
	});

	test("an answer with a wrong check byte is asked for again", async () => {
		await pad.setFaults({ name: "bad_bcc", command: "41", count: 2 });
		expect(await mac()).toHaveLength(8);
	});

	test("answers that stay damaged are a coded failure, and the line is opened anew", async () => {
		await pad.setFaults({ name: "bad_bcc", command: "41", count: 3 });
		await expect(mac()).rejects.toMatchObject({ code: "E_FAILURE", extended: "damaged_answer" });
		await reached(keeper, "offline");
		await reached(keeper, "enabled");
	});

	test("a damaged answer to the start of a PIN entry is not repeated", async () => {
		await pad.setFaults({ name: "bad_bcc", command: "35" });
		await expect(device.enterPin(entry())).rejects.toMatchObject({ extended: "damaged_answer" });
		expect((await pad.state()).commands.filter(({ command }) => command === "35")).toHaveLength(1);
	});

	test("silence is a time-out with the name of the command, and the line is opened anew", async () => {
		await pad.setFaults({ name: "silent", command: "41" });
		await expect(mac()).rejects.toMatchObject({ code: "E_TIMEOUT", context: { wait: "answer to MAC" } });
		expect(await reached(keeper, "offline")).toMatchObject({ cause: { code: "E_TIMEOUT" } });
		await reached(keeper, "enabled");
	});

	test.each(["43", "34", "35", "42", "45"])(
		"unplugged at command %s of a PIN entry, then plugged in again",
		async (command) => {
			await pad.setFaults({ name: "unplug_before", command });
			await expect(device.enterPin(entry())).rejects.toMatchObject({ code: "E_NOHARDWARE" });
			await reached(keeper, "offline");
			expect(() => keeper.use()).toThrow(expect.objectContaining({ code: "E_NOHARDWARE" }));
		},
	);

	test("a pad without that key says so", async () => {
		await expect(
			device.computeMac({ algorithm: "cup-ecb", at: { master: 5, slot: 5 }, data: message }),
		).rejects.toMatchObject({ code: "keys_missing", context: { master: 5, slot: 5 } });
	});

	test("lost master keys are a state with its own code", async () => {
		await pad.act("lose_keys");
		await expect(mac()).rejects.toMatchObject({ code: "keys_lost" });
		expect(device.health.masterKeys).toBe("lost");
	});

	test("a pad that lost its power behind an open line takes the next PIN under the right key, and MACs after new keys", async () => {
		await mac();
		await pad.act("power_cycle");
		expect(pinOf(await device.enterPin(entry()))).toBe("1234");
		await loadKeys(device);
		expect(await mac()).toEqual(latin1(cupMac(singleKey, message).slice(0, 8)));
	});

	test("a pad that refuses in its own way what needs a key is given the key again", async () => {
		await mac();
		await pad.setFaults({ name: "status", command: "41", value: "E0" });
		expect(await mac()).toHaveLength(8);
	});

	test("a weak battery is a state, and the pad works", async () => {
		await pad.set({ battery: "weak" });
		await mac();
		expect(device.health).toEqual({ masterKeys: "held", battery: "weak" });
	});
});
