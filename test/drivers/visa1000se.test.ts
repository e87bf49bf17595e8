import { mkdtempSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { clearTdesKey } from "../../src/crypto/clear/clear-keys.ts";
import { cupMac } from "../../src/crypto/clear/cup-mac.ts";
import { deriveTdesTransactionKey, deriveTdesWorkingKey } from "../../src/crypto/clear/dukpt-tdes.ts";
import { kcv } from "../../src/crypto/clear/kcv.ts";
import { wrapKeyBlock } from "../../src/crypto/clear/key-block.ts";
import { macAlgorithm1Tdes, macAlgorithm3 } from "../../src/crypto/clear/mac.ts";
import { decodePinBlock } from "../../src/crypto/clear/pin-block.ts";
import { tdes } from "../../src/crypto/clear/tdes.ts";
import type { DeviceKeeper } from "../../src/devices/device-keeper.ts";
import type { KeyEvidence } from "../../src/devices/key-loading.ts";
import type { EncryptedPin, PinEntryResult } from "../../src/devices/pin-pad.ts";
import type { VisaPad } from "../../src/drivers/visa1000se/visa-pad.ts";
import { type Bytes, concatBytes, latin1 } from "../../src/wire/bytes.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";
import { visaControls, visaFraming } from "../../src/wire/visa-framing.ts";
import { present } from "../support/present.ts";
import { scriptedDevice } from "../support/scripted-device.ts";
import { openVisaPad, startVisaPad, type VisaPadUnderTest } from "../support/start-visa-pad.ts";
import {
	attachInPieces,
	enabled,
	heardAtStart,
	keepVisaPad,
	nextChange,
	pan,
	pinRequest,
	visaPort,
} from "../support/visa-driver.ts";

/** Published test keys. */
const singleMaster = "0123456789ABCDEF";
const doubleMaster = "0123456789ABCDEFFEDCBA9876543210";
const transportKey = "19191919191919195B5B5B5B5B5B5B5B";
const ipek = "6AC292FAA1315B4D858AB3A3D7D5933A";
const initialKsn = "FFFF9876543210E00000";
const singleKey = "D931648F3DE313A4";
const doubleKey = "D931648F3DE313A4A22C15DCA4F4299E";
const at = { master: 0, slot: 1 } as const;
const quick = { pin: "1234", delayPerKeyMs: 5 };

const cleanups: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).toReversed()) {
		await cleanup();
	}
});

type Options = Record<string, unknown>;

interface Bench {
	readonly pad: VisaPadUnderTest;
	readonly keeper: DeviceKeeper<VisaPad>;
	readonly driver: VisaPad;
}

/** A virtual pad and the driver on it, over a pseudo-terminal. */
async function bench(padOptions: Options = {}, driverOptions: Options = {}): Promise<Bench> {
	const options = { persons: [quick], masterKeys: [{ slot: "0", key: doubleMaster }], ...padOptions };
	const pad = await openVisaPad(options);
	cleanups.push(() => pad.stop());
	const dialect = { dialect: padOptions["dialect"] ?? "verifone", keyManagement: padOptions["keyManagement"] };
	const keeper = keepVisaPad(visaPort(pad.path), { ...dialect, ...driverOptions });
	cleanups.push(() => keeper.close());
	return { pad, keeper, driver: await enabled(keeper) };
}

const key = (hex: string): ReturnType<typeof clearTdesKey> => clearTdesKey(fromHex(hex));
const under = (master: string, hex: string): Bytes => tdes(key(master)).encipherEcb(fromHex(hex));
const checkValue = (hex: string): string => toHex(kcv("TDES", key(hex), { method: "ecb-zeros", length: 4 }).value);

async function loadWorkingKey(driver: VisaPad, hex: string, master = doubleMaster): Promise<void> {
	const computed = await driver.updateKey({ role: "TPK", at, cryptogram: under(master, hex) });
	expect(toHex(computed)).toBe(checkValue(hex));
}

function pinIn(result: PinEntryResult): EncryptedPin {
	return present(result.kind === "entered" ? result.pin : undefined, `PIN (${result.kind})`);
}

function clearPinOf({ pinBlock }: EncryptedPin, hex: string): string {
	return decodePinBlock(tdes(key(hex)).decipherEcb(pinBlock), { format: 0, pan });
}

describe("identity", () => {
	test("the serial number, and VeriFone's version in it", async () => {
		const { driver } = await bench();
		expect(driver.identity).toEqual({
			model: "VeriFone PINpad 1000SE",
			version: "246",
			serialNumber: "246880401A001234",
		});
		expect(await driver.keyLoading.readSerialNumber()).toBe("246880401A001234");
	});

	test("a pad in the middle of a PIN entry is brought back to rest", async () => {
		const { pad, keeper, driver } = await bench({ persons: [{ ...quick, ending: "nothing" }] });
		await loadWorkingKey(driver, singleKey);
		const entry = driver.enterPin(pinRequest()).catch((error: unknown) => error);
		await pad.until(({ keypad }) => keypad === "typing");
		await keeper.close();
		expect(await entry).toMatchObject({ code: "E_CLOSED" });
		const again = keepVisaPad(visaPort(pad.path));
		cleanups.push(() => again.close());
		expect((await enabled(again)).identity.serialNumber).toBe("246880401A001234");
		expect((await pad.state()).keypad).toBe("closed");
	});
});

describe("PIN entry under master and session keys", () => {
	test.each([
		["verifone, Z63, single-length key", {}, {}, singleKey],
		["verifone, Z60", {}, { pinPacket: "Z60" }, doubleKey],
		["uic, Z60, double-length key", { dialect: "uic" }, {}, doubleKey],
		["uic, 70", { dialect: "uic" }, { pinPacket: "70" }, doubleKey],
		[
			"uic under a prompt of the pad",
			{ dialect: "uic", quirks: { wantsTablePrompt: true } },
			{ pinPrompt: "#001" },
			doubleKey,
		],
		[
			"uic, the prompt only acknowledged",
			{ dialect: "uic", quirks: { wantsTablePrompt: true, answersTablePrompt: false } },
			{ pinPrompt: "#001" },
			doubleKey,
		],
		["a 7E1 pad on an 8N1 port", { quirks: { showsParity: true } }, {}, singleKey],
	])("%s", async (_, padOptions, driverOptions, workingKey) => {
		const { driver, pad } = await bench(padOptions, driverOptions);
		await loadWorkingKey(driver, workingKey);
		const pin = pinIn(await driver.enterPin(pinRequest({ amount: "12.50" })));
		expect(pin).toMatchObject({ format: 0, key: { kind: "session", at } });
		expect(clearPinOf(pin, workingKey)).toBe("1234");
		expect((await pad.state()).display).toBe("");
	});

	test("the pad shows our prompt while it waits", async () => {
		const { driver, pad } = await bench({ persons: [{ ...quick, delayPerKeyMs: 60 }] }, { pinPrompt: "PIN, PLEASE" });
		await loadWorkingKey(driver, singleKey);
		const entry = driver.enterPin(pinRequest());
		expect((await pad.until(({ keypad }) => keypad === "typing")).display).toBe("PIN, PLEASE");
		expect((await entry).kind).toBe("entered");
	});

	test.each([
		["cancel", { ...quick, delayPerKeyMs: 100, ending: "cancel" }, "cancelled"],
		["no digits", { ...quick, pin: "" }, "bypassed"],
	])("%s", async (_, person, kind) => {
		const { driver } = await bench({ persons: [person] });
		await loadWorkingKey(driver, singleKey);
		expect(await driver.enterPin(pinRequest())).toEqual({ kind });
	});

	test("time runs out: the entry is cancelled, the next one starts afresh", async () => {
		const { driver, pad } = await bench({ persons: [{ ...quick, ending: "nothing" }, quick] });
		await loadWorkingKey(driver, singleKey);
		expect(await driver.enterPin(pinRequest({ timeoutMs: 200 }))).toEqual({ kind: "timed_out" });
		expect((await pad.state()).keypad).toBe("closed");
		expect((await driver.enterPin(pinRequest())).kind).toBe("entered");
	});

	test("aborting closes the keypad and rejects with the reason", async () => {
		const { driver, pad } = await bench({ persons: [{ ...quick, ending: "nothing" }] });
		await loadWorkingKey(driver, singleKey);
		const abort = new AbortController();
		const entry = driver.enterPin(pinRequest(), abort.signal);
		await pad.until(({ keypad }) => keypad === "typing");
		abort.abort(new Error("the cashier changed his mind"));
		await expect(entry).rejects.toThrow("changed his mind");
		expect((await pad.state()).keypad).toBe("closed");
		expect(await driver.checkHealth()).toMatchObject({ masterKeys: "held" });
	});

	test("a pad that wants its own prompt is no cardholder who cancels", async () => {
		const { driver } = await bench({ dialect: "uic", quirks: { wantsTablePrompt: true } });
		await loadWorkingKey(driver, doubleKey);
		await expect(driver.enterPin(pinRequest())).rejects.toMatchObject({ extended: "entry_refused" });
	});

	test("a prompt that the pad does not know", async () => {
		const { driver } = await bench({ dialect: "uic" }, { pinPrompt: "#777" });
		await loadWorkingKey(driver, doubleKey);
		await expect(driver.enterPin(pinRequest())).rejects.toMatchObject({ extended: "prompt_unknown" });
	});

	test("a working key that never came, and a master key that is gone", async () => {
		const { driver, pad } = await bench();
		await expect(driver.enterPin(pinRequest())).rejects.toMatchObject({ code: "keys_missing" });
		await loadWorkingKey(driver, singleKey);
		await pad.act("lose_keys");
		await expect(driver.enterPin(pinRequest())).rejects.toMatchObject({ code: "keys_lost" });
		expect(driver.health.masterKeys).toBe("lost");
		expect((await pad.state()).counts["Z63"]).toBeUndefined();
	});

	test.each([
		["711", "keys_lost"],
		["712", "pin_key_or_pan"],
		["715", "dukpt_mode"],
		["71G", "session_G"],
		["71.0", "malformed_reply"],
	])("%s is refused as %s", async (value, extended) => {
		const { driver } = await bench({ faults: [{ name: "reply", packet: "Z63", value }] });
		await loadWorkingKey(driver, singleKey);
		await expect(driver.enterPin(pinRequest())).rejects.toMatchObject({ extended });
	});
});

describe("PIN entry under DUKPT", () => {
	const padOptions = { keyManagement: "dukpt", initialKeys: [{ key: ipek, ksn: initialKsn }] };

	test.each([
		["verifone", {}, {}],
		["uic", { dialect: "uic" }, {}],
		["uic, 70", { dialect: "uic" }, { pinPacket: "70" }],
		["uic, key serial number in full", { dialect: "uic", quirks: { stripsKsn: false } }, {}],
	])("%s: each PIN has its own key serial number, and the block opens under its key", async (_, dialect, options) => {
		const { driver } = await bench({ ...padOptions, ...dialect }, options);
		for (const ksn of ["FFFF9876543210E00001", "FFFF9876543210E00002"]) {
			const pin = pinIn(await driver.enterPin(pinRequest({ amount: "12.50" })));
			expect(pin.key).toEqual({ kind: "dukpt", ksn: fromHex(ksn) });
			const transactionKey = deriveTdesTransactionKey(key(ipek), fromHex(ksn));
			expect(clearPinOf(pin, toHex(deriveTdesWorkingKey(transactionKey, "pin")))).toBe("1234");
		}
	});

	test("no digits", async () => {
		const { driver } = await bench({ ...padOptions, persons: [{ ...quick, pin: "" }] });
		expect(await driver.enterPin(pinRequest())).toEqual({ kind: "bypassed" });
	});

	test("working keys have no place, and packet 70 wants an amount", async () => {
		const { driver } = await bench({ ...padOptions, dialect: "uic" }, { pinPacket: "70" });
		const illegal = { code: "E_ILLEGAL" };
		const load = { role: "TPK", at, cryptogram: fromHex(doubleKey) } as const;
		await expect(driver.updateKey(load)).rejects.toMatchObject(illegal);
		await expect(driver.enterPin(pinRequest())).rejects.toMatchObject(illegal);
	});

	test("a pad without its initial key has lost its keys", async () => {
		const { driver } = await bench({ keyManagement: "dukpt" });
		await expect(driver.enterPin(pinRequest())).rejects.toMatchObject({ code: "keys_lost" });
	});
});

describe("MAC", () => {
	const short = latin1("0123456789ABCDE");
	const long = Uint8Array.from({ length: 500 }, (_, index) => index % 256);

	const cupOf = (hex: string): Bytes => latin1(cupMac(key(hex), long).slice(0, 8));
	test.each([
		{ algorithm: "cup-ecb", workingKey: singleKey, data: long, expected: cupOf(singleKey) },
		{ algorithm: "cup-ecb", workingKey: doubleKey, data: long, expected: cupOf(doubleKey) },
		{ algorithm: "x9.9", workingKey: singleKey, data: short, expected: macAlgorithm1Tdes(key(singleKey), short, 1) },
		{ algorithm: "x9.9", workingKey: singleKey, data: long, expected: macAlgorithm1Tdes(key(singleKey), long, 1) },
		{ algorithm: "x9.19", workingKey: doubleKey, data: long, expected: macAlgorithm3(key(doubleKey), long, 1) },
	] as const)("$algorithm over $data.length bytes", async ({ algorithm, workingKey, data, expected }) => {
		const { driver } = await bench();
		await loadWorkingKey(driver, workingKey);
		expect(toHex(await driver.computeMac({ algorithm, at, data }))).toBe(toHex(expected));
	});

	test("an algorithm that the length of the key does not give, and a message too long", async () => {
		const { driver } = await bench();
		await loadWorkingKey(driver, singleKey);
		const illegal = { code: "E_ILLEGAL" };
		await expect(driver.computeMac({ algorithm: "x9.19", at, data: short })).rejects.toMatchObject(illegal);
		const data = new Uint8Array(11_201);
		await expect(driver.computeMac({ algorithm: "x9.9", at, data })).rejects.toMatchObject(illegal);
	});

	test("a run that breaks off is cancelled: the next MAC begins anew", async () => {
		const { driver, pad } = await bench();
		await loadWorkingKey(driver, singleKey);
		await pad.setFaults({ name: "reply", packet: "Z66", value: "Z674" });
		const request = { algorithm: "x9.9", at, data: long } as const;
		await expect(driver.computeMac(request)).rejects.toMatchObject({ extended: "mac_second_key" });
		expect((await pad.state()).packets.at(-1)?.command).toBe("72");
		expect(toHex(await driver.computeMac(request))).toBe(toHex(macAlgorithm1Tdes(key(singleKey), long, 1)));
	});
});

describe("keys", () => {
	const uic = { dialect: "uic" };
	const experimental = { experimental: true };
	const block = wrapKeyBlock(fromHex(transportKey), "B0000K0TD00N0000", {
		key: fromHex(doubleMaster),
		padding: new Uint8Array(6),
	});

	/** What the master key gives for the child key that the driver made up. */
	function proves(evidence: KeyEvidence, master: string): boolean {
		if (evidence.kind !== "child_check_value") {
			return false;
		}
		const child = clearTdesKey(tdes(key(master)).decipherEcb(evidence.cryptogram));
		return toHex(kcv("TDES", child, { method: "ecb-zeros", length: 8 }).value) === toHex(evidence.value);
	}

	test("VeriFone: a clear master key, its echo compared, proven by a key under it", async () => {
		const { driver, pad } = await bench({ masterKeys: [] });
		const place = { kind: "master", slot: 7 } as const;
		expect(await driver.keyLoading.proveKey(place)).toEqual({ kind: "none" });
		const evidence = await driver.keyLoading.loadKey({
			place,
			delivery: { form: "clear", key: fromHex(singleMaster) },
		});
		expect(proves(evidence, singleMaster)).toBe(true);
		expect(proves(evidence, "FEDCBA9876543210")).toBe(false);
		expect((await pad.state()).places.slots).toEqual([{ slot: "7", usage: "K0" }]);
	});

	test("UIC: the transport key clear, a master key as a key block under it, and all that the pad holds", async () => {
		const { driver } = await bench({ ...uic, masterKeys: [] }, experimental);
		const transport = { kind: "transport" } as const;
		const master = { kind: "master", slot: 3 } as const;
		const clear = { form: "clear", key: fromHex(transportKey) } as const;
		expect(await driver.keyLoading.loadKey({ place: transport, delivery: clear })).toEqual({ kind: "held" });
		const evidence = await driver.keyLoading.loadKey({ place: master, delivery: { form: "key_block", block } });
		expect(proves(evidence, doubleMaster)).toBe(true);
		const holdings = await driver.keyLoading.survey();
		expect(holdings.map(({ place }) => place)).toEqual([transport, master]);
	});

	test("a key whose use allows for no proof is held", async () => {
		const { driver } = await bench({ masterKeys: [{ slot: "1", key: doubleMaster, usage: "P0" }] });
		expect(await driver.keyLoading.proveKey({ kind: "master", slot: 1 })).toEqual({ kind: "held" });
	});

	const clearIpek = { form: "clear", key: fromHex(ipek) } as const;
	const wrappedIpek = {
		form: "key_block",
		block: wrapKeyBlock(fromHex(transportKey), `B0000B1TX00N0100KS18${initialKsn}`, {
			key: fromHex(ipek),
			padding: new Uint8Array(6),
		}),
	} as const;

	test.each([
		{ pad: "verifone", engine: 1, padOptions: {}, delivery: clearIpek },
		{ pad: "uic", engine: 0, padOptions: uic, delivery: clearIpek },
		{
			pad: "uic",
			engine: 1,
			padOptions: { ...uic, masterKeys: [{ slot: "F", key: transportKey }] },
			delivery: wrappedIpek,
		},
	])("DUKPT initial key $delivery.form, $pad, engine $engine", async ({ engine, padOptions, delivery }) => {
		const { driver, pad } = await bench({ ...padOptions, keyManagement: "dukpt" }, experimental);
		const load = { place: { kind: "initial", engine } as const, delivery, ksn: fromHex(initialKsn) };
		expect(await driver.keyLoading.loadKey(load)).toEqual({ kind: "held" });
		expect((await pad.state()).places.engines).toEqual([{ engine, ksn: initialKsn }]);
	});

	test("what came back is not what was sent: nothing is stored", async () => {
		const { driver, pad } = await bench({ masterKeys: [], faults: [{ name: "wrong_echo", packet: "02" }] });
		const load = {
			place: { kind: "master", slot: 7 },
			delivery: { form: "clear", key: fromHex(singleMaster) },
		} as const;
		await expect(driver.keyLoading.loadKey(load)).rejects.toMatchObject({ extended: "echo_differs" });
		expect((await pad.state()).places.slots).toEqual([]);
		expect(proves(await driver.keyLoading.loadKey(load), singleMaster)).toBe(true);
	});

	test("an echo that arrives damaged is asked for again", async () => {
		const { driver } = await bench({ masterKeys: [], faults: [{ name: "bad_lrc", packet: "02" }] });
		const load = {
			place: { kind: "master", slot: 7 },
			delivery: { form: "clear", key: fromHex(singleMaster) },
		} as const;
		expect(proves(await driver.keyLoading.loadKey(load), singleMaster)).toBe(true);
	});

	test("power lost between echo and confirmation: unconfirmed, never success", async () => {
		const { driver, keeper } = await bench({ masterKeys: [], faults: [{ name: "no_eot", packet: "02" }] });
		const load = {
			place: { kind: "master", slot: 7 },
			delivery: { form: "clear", key: fromHex(singleMaster) },
		} as const;
		await expect(driver.keyLoading.loadKey(load)).rejects.toMatchObject({
			code: "E_TIMEOUT",
			extended: "load_unconfirmed",
		});
		await nextChange(keeper);
		expect(proves(await (await enabled(keeper)).keyLoading.proveKey(load.place), singleMaster)).toBe(true);
	});

	test.each([
		[
			"a changed character",
			(text: string) => `${text.slice(0, -1)}${text.endsWith("0") ? "1" : "0"}`,
			"key_block_unverified",
		],
		["a wrong length", (text: string) => `${text}0000`, "key_block_format"],
	])("a key block with %s", async (_, damage, extended) => {
		const { driver } = await bench({ ...uic, masterKeys: [{ slot: "F", key: transportKey }] }, experimental);
		const load = {
			place: { kind: "master", slot: 3 },
			delivery: { form: "key_block", block: damage(block) },
		} as const;
		await expect(driver.keyLoading.loadKey(load)).rejects.toMatchObject({ extended });
	});

	test("no key in slot F", async () => {
		const { driver } = await bench({ ...uic, masterKeys: [] }, experimental);
		const load = { place: { kind: "master", slot: 3 }, delivery: { form: "key_block", block } } as const;
		await expect(driver.keyLoading.loadKey(load)).rejects.toMatchObject({ extended: "key_loading_key_missing" });
	});

	test("what one maker's manual alone says needs `experimental`", async () => {
		const { driver } = await bench(uic);
		expect(driver.keyLoading.formsFor({ kind: "master", slot: 3 }, "TDES")).toEqual([]);
		const load = { place: { kind: "master", slot: 3 }, delivery: { form: "key_block", block } } as const;
		await expect(driver.keyLoading.loadKey(load)).rejects.toMatchObject({ code: "E_ILLEGAL" });
	});

	test.each([
		["master key slots have one digit", { kind: "master", slot: 10 }],
		["working keys are not stored", { kind: "working", master: 0, slot: 1 }],
		["there are three DUKPT engines", { kind: "initial", engine: 3 }],
	] as const)("%s", async (_, place) => {
		const { driver } = await bench();
		expect(driver.keyLoading.formsFor(place, "TDES")).toEqual([]);
	});

	test("lengths that the pad does not take", async () => {
		const { driver } = await bench();
		const illegal = { code: "E_ILLEGAL" };
		const clear = { form: "clear", key: fromHex(doubleMaster) } as const;
		await expect(
			driver.keyLoading.loadKey({ place: { kind: "master", slot: 1 }, delivery: clear }),
		).rejects.toMatchObject(illegal);
		await expect(
			driver.keyLoading.loadKey({ place: { kind: "initial", engine: 0 }, delivery: clear }),
		).rejects.toMatchObject(illegal);
		const triple = { role: "TPK", at, cryptogram: new Uint8Array(24) } as const;
		await expect(driver.updateKey(triple)).rejects.toMatchObject(illegal);
	});
});

describe("display and built-in tests", () => {
	test("a text, and the pad's own again", async () => {
		const { driver, pad } = await bench();
		await driver.showText("WELCOME");
		expect((await pad.state()).display).toBe("WELCOME");
		await driver.showIdle();
		expect((await pad.state()).display).toBe("");
		await expect(driver.showText("\x03")).rejects.toMatchObject({ code: "E_ILLEGAL" });
	});

	test.each([
		["03", "3F2A"],
		["06", "246880401A001234"],
		["07", "PROCESSING"],
		["09", ""],
	])("%s answers %s", async (number, text) => {
		const { driver } = await bench();
		expect(await driver.diagnose(number)).toContain(text);
	});

	test("UIC's packet 14 is another one", async () => {
		const { driver } = await bench({ dialect: "uic" });
		await expect(driver.diagnose("03")).rejects.toMatchObject({ code: "E_ILLEGAL" });
	});
});

describe("the laws of the line", () => {
	const anyPacket = ["04", "08", "Z2", "Z63", "Z66", "Z1"];
	const withReply = ["04", "Z63", "Z66"];

	test.each([
		["garbage", anyPacket],
		["stray_eot", anyPacket],
		["nak", anyPacket],
		["no_ack", withReply],
		["bad_lrc", withReply],
		["truncated", withReply],
		["no_eot", withReply],
	])("%s: everything still works", async (name, packets) => {
		const { driver, pad } = await bench();
		await pad.setFaults(...packets.map((packet) => ({ name, packet })));
		await loadWorkingKey(driver, singleKey);
		expect(clearPinOf(pinIn(await driver.enterPin(pinRequest())), singleKey)).toBe("1234");
		expect((await pad.state()).faults).toEqual([]);
	});

	const cancelled = "0237320306";
	const whoAreYou = "0F30360E08";
	const serialNumber = "0F3036313233340E0C";
	const damaged = "0F3036313233340E0D";
	const [ack, nak, eot] = ["06", "15", "04"];

	test.each([
		["all is well", serialNumber, [cancelled, whoAreYou, ack]],
		["a damaged reply", damaged, [cancelled, whoAreYou, nak, nak, eot]],
		["NAK", undefined, [cancelled, whoAreYou, whoAreYou, whoAreYou, eot]],
	])("%s, byte by byte", async (_, reply, expected) => {
		const answer = (heard: string): string => {
			switch (heard) {
				case cancelled:
					return ack;
				case whoAreYou:
					return reply === undefined ? nak : ack + reply;
				case nak:
					return reply ?? "";
				default:
					return eot;
			}
		};
		expect(await heardAtStart(answer, {})).toEqual(expected);
	});

	test("silence, byte by byte", async () => {
		const answer = (heard: string): string => (heard === cancelled ? ack : "");
		const heard = await heardAtStart(answer, { acknowledgeMs: 200 });
		expect(heard).toEqual([cancelled, whoAreYou, whoAreYou, whoAreYou]);
	});

	test("a packet that answers something else is acknowledged and forgotten", async () => {
		const { driver, pad } = await bench({ dialect: "uic", masterKeys: [{ slot: "F", key: transportKey }] });
		await driver.keyLoading.proveKey({ kind: "transport" });
		const usual = (await pad.state()).counts["ack"] ?? 0;
		await pad.setFaults({ name: "old_reply", packet: "04" });
		expect(await driver.keyLoading.proveKey({ kind: "transport" })).toEqual({ kind: "held" });
		expect((await pad.until(({ counts }) => counts["ack"] === usual + 2)).faults).toEqual([]);
	});

	test("replies that stay damaged end the exchange, the line is opened anew", async () => {
		const { driver, pad, keeper } = await bench();
		await pad.setFaults({ name: "bad_lrc", packet: "04", count: "always" });
		const change = nextChange(keeper);
		await expect(driver.keyLoading.proveKey({ kind: "master", slot: 0 })).rejects.toMatchObject({
			extended: "damaged_answer",
		});
		expect((await pad.state()).counts["nak"]).toBe(2);
		await change;
		await pad.setFaults();
		expect((await (await enabled(keeper)).checkHealth()).masterKeys).toBe("held");
	});

	test("a packet that is refused three times is given up", async () => {
		const { driver, pad } = await bench();
		await pad.setFaults({ name: "nak", packet: "04", count: "always" });
		await expect(driver.keyLoading.proveKey({ kind: "master", slot: 0 })).rejects.toMatchObject({
			extended: "damaged_packet",
		});
		expect((await pad.state()).counts["04"]).toBe(3);
	});

	test.each([
		["before the acknowledgement", "ignore", 3],
		["before the reply", "silent", 1],
	])("silence %s: a fault, and the line is opened anew", async (_, name, sendings) => {
		const { driver, pad, keeper } = await bench();
		await pad.setFaults({ name, packet: "04", count: "always" });
		const change = nextChange(keeper);
		await expect(driver.keyLoading.proveKey({ kind: "master", slot: 0 })).rejects.toMatchObject({ code: "E_TIMEOUT" });
		expect((await pad.state()).counts["04"]).toBe(sendings);
		await change;
		await pad.setFaults();
		expect((await enabled(keeper)).identity.serialNumber).toBe("246880401A001234");
	});

	test("a PIN entry is not asked for twice", async () => {
		const { driver, pad } = await bench({ faults: [{ name: "ignore", packet: "Z63" }] });
		await loadWorkingKey(driver, singleKey);
		await expect(driver.enterPin(pinRequest())).rejects.toMatchObject({ code: "E_TIMEOUT" });
		expect((await pad.state()).counts["Z63"]).toBe(1);
	});

	test.each(["unplug_before", "unplug_unanswered", "unplug_within", "unplug_after"])(
		"%s during a PIN entry: offline at once, and back with the cable",
		async (name) => {
			const folder = mkdtempSync(join(tmpdir(), "visa-"));
			cleanups.push(() => rmSync(folder, { recursive: true }));
			const persons = [{ ...quick, delayPerKeyMs: 50 }];
			const { driver, pad, keeper } = await bench({ link: join(folder, "pad"), persons });
			await loadWorkingKey(driver, singleKey);
			await pad.setFaults({ name, packet: "Z63" });
			const code = expect.stringMatching(/^E_(OFFLINE|NOHARDWARE)$/);
			await expect(driver.enterPin(pinRequest())).rejects.toMatchObject({ code });
			await pad.act("plug");
			const back = await enabled(keeper);
			expect(back).not.toBe(driver);
			await expect(back.enterPin(pinRequest())).rejects.toMatchObject({ code: "keys_missing" });
		},
	);

	test("cut at every byte, everything still works", async () => {
		const masterKeys = [{ slot: "0", key: doubleMaster }];
		// No packet of these dialogues is longer.
		for (let pieceSize = 1; pieceSize <= 30; pieceSize++) {
			const driver = await attachInPieces(pieceSize, { persons: [{ ...quick, delayPerKeyMs: 1 }], masterKeys });
			await loadWorkingKey(driver, doubleKey);
			expect(clearPinOf(pinIn(await driver.enterPin(pinRequest())), doubleKey)).toBe("1234");
		}
	});

	test("one byte at a time, at 19200 baud, from a pad in another process", async () => {
		const masterKeys = [{ slot: "0", key: doubleMaster }];
		const pad = await startVisaPad({ persons: [quick], masterKeys, baudRate: 19_200 });
		cleanups.push(() => pad.stop());
		const keeper = keepVisaPad(visaPort(pad.path));
		cleanups.push(() => keeper.close());
		const driver = await enabled(keeper);
		await loadWorkingKey(driver, doubleKey);
		expect(clearPinOf(pinIn(await driver.enterPin(pinRequest())), doubleKey)).toBe("1234");
	});

	test("what answers is no such pad", async () => {
		const far = await scriptedDevice();
		cleanups.push(() => far.close());
		const keeper = keepVisaPad(far.address);
		cleanups.push(() => keeper.close());
		const end = await far.connected();
		await end.heard(5);
		end.say(Uint8Array.of(visaControls.ack));
		await end.heard(5);
		end.say(concatBytes(Uint8Array.of(visaControls.ack), visaFraming.encode(latin1("\x0f06!?"))));
		await nextChange(keeper);
		expect(keeper.state).toMatchObject({ state: "offline", cause: { extended: "not_this_family" } });
	});
});
