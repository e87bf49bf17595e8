import { existsSync, mkdtempSync, readFileSync, rmSync, statSync } from "node:fs";
import { connect } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type ClearTdesKey, clearTdesKey } from "../../src/crypto/clear/clear-keys.ts";
import { cupMac } from "../../src/crypto/clear/cup-mac.ts";
import { kcv } from "../../src/crypto/clear/kcv.ts";
import { macAlgorithm1Tdes, macAlgorithm3 } from "../../src/crypto/clear/mac.ts";
import { decodePinBlock } from "../../src/crypto/clear/pin-block.ts";
import { tdes } from "../../src/crypto/clear/tdes.ts";
import { foldCupEcb } from "../../src/crypto/cup-fold.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { isFault } from "../../src/kernel/fault.ts";
import { Inbox } from "../../src/kernel/inbox.ts";
import { openPort } from "../../src/ports/open-port.ts";
import type { OpenPort, PortListener, SerialAddress } from "../../src/ports/port.ts";
import { PacedBytes } from "../../src/simulators/pin-pad/paced-bytes.ts";
import { personSchema } from "../../src/simulators/pin-pad/person.ts";
import { PinEntry } from "../../src/simulators/pin-pad/pin-entry.ts";
import { fromLatin1, latin1 } from "../../src/wire/bytes.ts";
import type { Frame } from "../../src/wire/framing.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";
import { kmyFraming } from "../../src/wire/kmy-framing.ts";
import { ManualClock } from "../support/manual-clock.ts";
import { present } from "../support/present.ts";
import { type KmyPadProcess, startKmyPad } from "../support/start-kmy-pad.ts";

const masterKey = "0123456789ABCDEFFEDCBA9876543210";
const pinKey = clearTdesKey(fromHex("D931648F3DE313A4A22C15DCA4F4299E"));
const macKey = clearTdesKey(fromHex("AB7C577CC7A18045"));
const pan = "6222020123456789";
const quick = { pin: "123456", delayPerKeyMs: 0 };

/** The host's end of the line: sends payloads, waits for what comes back. */
interface Host {
	send(hex: string): Promise<void>;
	/** Next whole answer as hex of status and data, `key XX` for a key byte, `garbage XX…` for skipped bytes. */
	next(): Promise<string>;
	ask(hex: string): Promise<string>;
	/** Sends a whole frame as hex; gives the next so many bytes of the line as hex. */
	exchange(frame: string, count: number): Promise<string>;
	/** The next so many of them. */
	take(count: number): Promise<readonly string[]>;
	readonly lost: Promise<void>;
}

const cleanups: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).toReversed()) {
		await cleanup();
	}
});

async function pad(options: Record<string, unknown> = {}): Promise<KmyPadProcess> {
	const running = await startKmyPad({ persons: [quick], ...options });
	cleanups.push(() => running.stop());
	return running;
}

/** One pad for all tests of a group: each of them starts with the keys and settings it needs. */
function sharedPad(options: Record<string, unknown> = {}): () => KmyPadProcess {
	let shared: KmyPadProcess | undefined;
	beforeAll(async () => {
		const running = await startKmyPad({ persons: [quick], ...options });
		shared = running;
		return () => running.stop();
	});
	return () => present(shared, "pad");
}

const lineAt = (path: string): SerialAddress => ({
	kind: "serial",
	path,
	baudRate: 9600,
	dataBits: 8,
	parity: "none",
	stopBits: 1,
	flowControl: "none",
	dtr: "unchanged",
	rts: "unchanged",
	hangUpOnClose: false,
});

/** On a busy machine the lock of a port outlives its closing by some milliseconds: it is tried again until it is free. */
async function openUnlocked(path: string, listener: PortListener): Promise<OpenPort> {
	for (;;) {
		try {
			return await openPort(lineAt(path), listener, { clock: systemClock, deadlineMs: 5_000 });
		} catch (thrown) {
			if (!isFault(thrown, "E_CLAIMED")) {
				throw thrown;
			}
		}
	}
}

async function hostOn(path: string): Promise<Host> {
	const decoder = kmyFraming.decoder();
	const inbox = new Inbox<string>(systemClock);
	const bytes = new Inbox<string>(systemClock);
	const lost = Promise.withResolvers<void>();
	const listener = {
		onData(chunk: Uint8Array) {
			chunk.forEach((byte) => bytes.push(toHex(Uint8Array.of(byte))));
			for (const frame of decoder.push(chunk)) {
				inbox.push(textOf(frame));
			}
		},
		onLost: () => lost.resolve(),
	};
	const port = await openUnlocked(path, listener);
	cleanups.push(() => port.close());
	const next = (): Promise<string> => inbox.take({ name: "answer of the pad", ms: 2_000 });
	const send = (hex: string): Promise<void> => port.write(kmyFraming.encode(fromHex(hex)));
	return {
		send,
		next,
		async ask(hex) {
			await send(hex);
			return next();
		},
		async exchange(frame, count) {
			bytes.drain();
			await port.write(fromHex(frame));
			let heard = "";
			while (heard.length < 2 * count) {
				heard += await bytes.take({ name: `byte ${heard.length / 2} of an answer`, ms: 2_000 });
			}
			return heard;
		},
		async take(count) {
			const taken: string[] = [];
			while (taken.length < count) {
				taken.push(await next());
			}
			return taken;
		},
		lost: lost.promise,
	};
}

function textOf(frame: Frame): string {
	switch (frame.kind) {
		case "data":
			return toHex(frame.payload);
		case "control":
			return `key ${toHex(Uint8Array.of(frame.byte))}`;
		case "garbage":
			return `garbage ${toHex(frame.bytes)}`;
	}
}

const underMaster = (key: ClearTdesKey): string => toHex(tdes(clearTdesKey(fromHex(masterKey))).encipherEcb(key));
const checkValue = (key: ClearTdesKey, length = 4): string =>
	toHex(kcv("TDES", key, { method: "ecb-zeros", length }).value);
const panDigits = toHex(latin1(pan.slice(-13, -1)));

/** Sets both levels to TDES and loads PIN key 0/0 and MAC key 0/1. */
async function loadKeys(host: Host): Promise<void> {
	expect(await host.ask("460030")).toBe("04");
	expect(await host.ask("460130")).toBe("04");
	expect(await host.ask(`3200${masterKey}`)).toBe("04");
	expect(await host.ask(`330040${underMaster(pinKey)}`)).toBe(`04${checkValue(pinKey)}`);
	expect(await host.ask(`330041${underMaster(macKey)}`)).toBe(`04${checkValue(macKey)}`);
}

describe("frames of public drivers", () => {
	const fixtureSchema = z.object({
		frames: z.array(z.object({ direction: z.string(), description: z.string(), hex: z.string() })),
	});
	const fixture = new URL("../fixtures/kmy350x/frames.json", import.meta.url);
	const { frames } = fixtureSchema.parse(JSON.parse(readFileSync(fixture, "utf8")));
	const frameOf = (description: string): string =>
		present(
			frames.find((frame) => frame.description === description),
			description,
		).hex;

	test("a whole session of them is understood and answered byte by byte", async () => {
		const running = await pad({
			persons: [
				{ pin: "123456", delayPerKeyMs: 0 },
				{ pin: "1234", delayPerKeyMs: 0 },
			],
		});
		const host = await hostOn(running.path);
		const expected = new Map([
			["35 start PIN entry, 6 digits, 30 s", `${frameOf("reply 04 ok")}2A2A2A2A2A2A0D`],
			["35 start PIN entry, 4 digits, 30 s", `${frameOf("reply 04 ok")}2A2A2A2A0D`],
			["42 read PIN block", toHex(kmyFraming.encode(fromHex(`04${goldenPinBlock()}`)))],
		]);
		for (const { description, hex } of frames.filter((frame) => frame.direction === "host-to-device")) {
			const answer = expected.get(description) ?? frameOf("reply 04 ok");
			expect({ description, answer: await host.exchange(hex, answer.length / 2) }).toEqual({ description, answer });
		}
		const refused = toHex(kmyFraming.encode(fromHex("460099")));
		expect(await host.exchange(refused, 8)).toBe(frameOf("reply 15 parameter error"));
		expect((await running.state()).counts["garbage"]).toBeUndefined();
	});

	/** PIN 1234 and PAN digits 111111111111: 041234FF… xor 0000111111111111, under the test working key. */
	function goldenPinBlock(): string {
		const master = clearTdesKey(fromHex(masterKey));
		const working = clearTdesKey(tdes(master).decipherEcb(fromHex(masterKey)));
		return toHex(tdes(working).encipherEcb(fromHex("041225EEEEEEEEEE")));
	}

	test("the made-up PIN block answer is a frame of this pad", () => {
		const [frame] = kmyFraming.decoder().push(fromHex(frameOf("42 reply: ok with PIN block")));
		expect(frame).toEqual({ kind: "data", payload: fromHex("040123456789ABCDEF") });
	});
});

describe("keys", () => {
	const shared = sharedPad();

	test("check values come back when asked for, or always after 46 05 05, as long as 46 0D says", async () => {
		const host = await hostOn(shared().path);
		await loadKeys(host);
		expect(await host.ask(`330002${underMaster(pinKey)}`)).toBe("04");
		expect(await host.ask("460505")).toBe("04");
		expect(await host.ask("460D03")).toBe("04");
		expect(await host.ask(`330002${underMaster(pinKey)}`)).toBe(`04${checkValue(pinKey, 3)}`);
		expect(await host.ask(`3201${masterKey}`)).toBe("0408D7B4");
	});

	test("46 00 and 46 01 decide how much of a key is used; single DES after a reset", async () => {
		const host = await hostOn(shared().path);
		expect(await host.ask("3138")).toBe("04");
		expect(await host.ask(`3200${masterKey}`)).toBe("04");
		const desMaster = clearTdesKey(fromHex(masterKey.slice(0, 16)));
		const loaded = clearTdesKey(tdes(desMaster).decipherEcb(fromHex(underMaster(pinKey))));
		expect(await host.ask(`330040${underMaster(pinKey)}`)).toBe(`04${checkValue(clearTdesKey(loaded.slice(0, 8)))}`);
		expect(await host.ask("460030")).toBe("04");
		expect(await host.ask(`330040${underMaster(pinKey)}`)).toBe(`04${checkValue(clearTdesKey(pinKey.slice(0, 8)))}`);
		expect(await host.ask("460130")).toBe("04");
		expect(await host.ask(`330040${underMaster(pinKey)}`)).toBe(`04${checkValue(pinKey)}`);
	});

	test("32 master slots with 16 working keys each; beyond them, and under an absent master key, is refused", async () => {
		const host = await hostOn(shared().path);
		expect(await host.ask("3138")).toBe("04");
		for (let slot = 0; slot < 32; slot++) {
			const master = slot.toString(16).padStart(2, "0");
			expect(await host.ask(`32${master}${masterKey}`)).toBe("04");
			expect(await host.ask(`33${master}0F${underMaster(pinKey)}`)).toBe("04");
		}
		expect(await host.ask(`3220${masterKey}`)).toBe("15");
		expect(await host.ask(`330010${underMaster(pinKey)}`)).toBe("15");
		expect((await shared().state()).keySlots.working).toHaveLength(32);
		expect(await host.ask("3138")).toBe("04");
		expect((await shared().state()).keySlots).toEqual({ master: [], working: [] });
		expect(await host.ask(`330000${underMaster(pinKey)}`)).toBe("15");
		expect(await host.ask("430000")).toBe("15");
	});

	test("a new master key ends the working keys under the old one", async () => {
		const host = await hostOn(shared().path);
		await loadKeys(host);
		expect(await host.ask(`3200${masterKey}`)).toBe("04");
		expect(await host.ask("430000")).toBe("15");
	});

	test("a master key under the active key", async () => {
		const host = await hostOn(shared().path);
		await loadKeys(host);
		expect(await host.ask(`3241${masterKey}`)).toBe("15");
		expect(await host.ask("430000")).toBe("04");
		expect(await host.ask(`3241${toHex(tdes(pinKey).encipherEcb(fromHex(masterKey)))}`)).toBe("04");
		expect(await host.ask(`330140${underMaster(pinKey)}`)).toBe(`04${checkValue(pinKey)}`);
	});

	test("quirk load40: M+40 stores a clear key and gives its check value", async () => {
		const running = await pad({ quirks: { load40: "check_value", cipherAtStart: "tdes" } });
		const host = await hostOn(running.path);
		expect(await host.ask(`3240${masterKey}`)).toBe(`04${checkValue(clearTdesKey(fromHex(masterKey)))}`);
		expect((await running.state()).keySlots.master).toEqual([0]);
	});

	test("a pad that remembers has its keys after a restart, in a file for its owner only", async () => {
		const folder = mkdtempSync(join(tmpdir(), "kmy-"));
		cleanups.push(() => rmSync(folder, { recursive: true }));
		const options = { remember: join(folder, "keys.json"), quirks: { cipherAtStart: "tdes" } };
		const first = await startKmyPad({ ...options, masterKeys: [{ slot: 3, key: masterKey }] });
		const host = await hostOn(first.path);
		expect(await host.ask(`330300${underMaster(pinKey)}`)).toBe("04");
		await first.stop();
		expect(statSync(options.remember).mode & 0o777).toBe(0o600);
		const second = await pad(options);
		expect((await second.state()).keySlots).toEqual({ master: [3], working: [{ master: 3, slot: 0 }] });
		const again = await hostOn(second.path);
		expect(await again.ask("430300")).toBe("04");
		expect(await again.ask("360000000000000000")).toBe(`04${checkValue(pinKey, 8)}`);
	});
});

describe("identity", () => {
	test("30 and 38 give text and serial number, in four bytes or eight", async () => {
		const [four, eight] = await Promise.all([
			pad({ serialNumber: "1234567890" }),
			pad({ serialNumber: "1234567890", quirks: { version30: 8 } }),
		]);
		const text = toHex(latin1("KMY3501 V1.06   "));
		const [hostOfFour, hostOfEight] = [await hostOn(four.path), await hostOn(eight.path)];
		expect(await hostOfFour.ask("30")).toBe(`04${text}345678900000`);
		expect(await hostOfFour.ask("38")).toBe("0434567890");
		expect(await hostOfEight.ask("30")).toBe(`04${text}00000012345678900000`);
		expect(await hostOfEight.ask("38")).toBe("040000001234567890");
	});
});

describe("PIN entry", () => {
	const shared = sharedPad();
	const start = "350C0101001E";

	async function ready(...persons: readonly Record<string, unknown>[]): Promise<Host> {
		await shared().set({ persons: persons.map((person) => ({ delayPerKeyMs: 0, ...person })) });
		const host = await hostOn(shared().path);
		expect(await host.ask("31")).toBe("04");
		await loadKeys(host);
		expect(await host.ask("430000")).toBe("04");
		expect(await host.ask(`34${panDigits}`)).toBe("04");
		return host;
	}

	test("the block decrypts to the PIN in ISO 9564-1 format 0", async () => {
		const host = await ready({ pin: "9081726354" });
		expect(await host.ask(start)).toBe("04");
		expect(await host.take(11)).toEqual([...Array.from({ length: 10 }, () => "key 2A"), "key 0D"]);
		const answer = await host.ask("42");
		expect(answer).toHaveLength(18);
		const block = tdes(pinKey).decipherEcb(fromHex(answer.slice(2)));
		expect(decodePinBlock(block, { format: 0, pan })).toBe("9081726354");
		expect(await host.ask("42"), "read again").toBe(answer);
		expect(await host.ask("4500")).toBe("04");
		expect(await host.ask("42"), "after closing").toBe("15");
	});

	test.each([
		{ what: "clear", person: { pin: "1234", clearFirst: true }, keys: "2A 08 2A 2A 2A 2A 0D", block: "04" },
		{ what: "cancel", person: { pin: "12", ending: "cancel" }, keys: "2A 2A 1B", block: "15" },
		{ what: "a time-out", person: { pin: "12", ending: "timeout" }, keys: "2A 2A 80", block: "80" },
		{ what: "enter without a PIN", person: { pin: "" }, keys: "0D", block: "15" },
		{ what: "more digits than wanted", person: { pin: "12345678901234" }, keys: `${"2A ".repeat(12)}0D`, block: "04" },
	])("$what", async ({ person, keys, block }) => {
		const host = await ready(person);
		expect(await host.ask(start)).toBe("04");
		const expected = keys.split(" ").map((key) => `key ${key}`);
		expect(await host.take(expected.length)).toEqual(expected);
		expect((await host.ask("42")).slice(0, 2)).toBe(block);
	});

	test("enter does nothing below the minimum of 46 08, and the time limit of 35 ends the entry", async () => {
		const host = await ready({ pin: "12345" });
		expect(await host.ask("460806")).toBe("04");
		expect(await host.ask("350C01010001")).toBe("04");
		expect(await host.take(6)).toEqual([...Array.from({ length: 5 }, () => "key 2A"), "key 80"]);
	});

	test("people come one after the other, the last one stays", async () => {
		const host = await ready({ pin: "1111", ending: "cancel" }, { pin: "2222" });
		for (const last of ["key 1B", "key 0D", "key 0D"]) {
			expect(await host.ask(start)).toBe("04");
			expect((await host.take(5)).at(-1)).toBe(last);
		}
		expect((await shared().state()).personsWaiting).toBe(1);
	});

	test("45 closes an entry in which somebody has stopped typing", async () => {
		const host = await ready({ pin: "12", ending: "nothing" });
		expect(await host.ask("350C01010000")).toBe("04");
		expect(await host.take(2)).toEqual(["key 2A", "key 2A"]);
		expect((await shared().state()).keypad).toBe("typing");
		expect(await host.ask("42")).toBe("15");
		expect(await host.ask("4501")).toBe("04");
		expect((await shared().state()).keypad).toBe("closed");
	});

	test("without mixing the block is that of a PAN of zeros", async () => {
		const host = await ready({ pin: "1234" });
		expect(await host.ask("350C0100001E")).toBe("04");
		await host.take(5);
		expect(await host.ask("42")).toBe(`04${toHex(tdes(pinKey).encipherEcb(fromHex("041234FFFFFFFFFF")))}`);
	});

	test("quirks: a time-out is key 00, and 45 closes by other codes", async () => {
		const running = await pad({
			persons: [{ pin: "1", delayPerKeyMs: 0, ending: "timeout" }],
			quirks: { timeoutKey: "00", closeCodes: ["01"] },
		});
		const host = await hostOn(running.path);
		await loadKeys(host);
		await host.ask("430000");
		await host.ask(`34${panDigits}`);
		expect(await host.ask(start)).toBe("04");
		expect(await host.take(2)).toEqual(["key 2A", "key 00"]);
		expect(await host.ask("4500")).toBe("15");
		expect(await host.ask("4501")).toBe("04");
	});

	test("without PAN digits or an active key there is no entry", async () => {
		const host = await ready();
		expect(await host.ask("31")).toBe("04");
		expect(await host.ask(start)).toBe("15");
		expect(await host.ask(`34${panDigits}`)).toBe("04");
		expect(await host.ask(start)).toBe("15");
		expect(await host.ask("430000")).toBe("04");
		expect(await host.ask(start)).toBe("04");
		expect(await host.ask("34313233")).toBe("15");
	});
});

describe("a PIN entry in time", () => {
	function entryOf(person: Record<string, unknown> | undefined, timeoutMs: number | undefined) {
		const clock = new ManualClock();
		const keys: string[] = [];
		const entry = new PinEntry({
			clock,
			rules: { minLength: 4, maxLength: 6, emptyEnter: "ignored", timeoutMs },
			person: person === undefined ? undefined : personSchema.parse(person),
		});
		entry.start((key) => keys.push(key));
		return { clock, entry, keys };
	}

	test("keys come at their pace, and none after the limit", async () => {
		const { clock, entry, keys } = entryOf({ pin: "123456", delayPerKeyMs: 1_000 }, 3_500);
		await clock.advance(2_999);
		expect(keys).toEqual(["digit", "digit"]);
		await clock.advance(10_000);
		expect(keys).toEqual(["digit", "digit", "digit", "timedOut"]);
		expect(entry.state.kind).toBe("timedOut");
		expect(clock.timers).toBe(0);
	});

	test("whoever presses enter in time stops the limit", async () => {
		const { clock, entry, keys } = entryOf({ pin: "1234", delayPerKeyMs: 1_000 }, 30_000);
		await clock.advance(5_000);
		expect(keys).toEqual(["digit", "digit", "digit", "digit", "enter"]);
		expect(entry.state).toEqual({ kind: "entered", digits: "1234" });
		expect(clock.timers).toBe(0);
	});

	test("with nobody there only the limit ends it; without a limit nothing does", async () => {
		const limited = entryOf(undefined, 30_000);
		await limited.clock.advance(30_000);
		expect(limited.keys).toEqual(["timedOut"]);
		const endless = entryOf(undefined, undefined);
		await endless.clock.advance(3_600_000);
		expect(endless.entry.state.kind).toBe("typing");
	});

	test("an empty enter can be ignored, and a closed entry is silent", async () => {
		const { clock, entry, keys } = entryOf({ pin: "", delayPerKeyMs: 10 }, 30_000);
		await clock.advance(10);
		expect(keys).toEqual([]);
		entry.close();
		await clock.advance(60_000);
		expect(keys).toEqual([]);
		expect(clock.timers).toBe(0);
	});
});

describe("data and MACs", () => {
	const shared = sharedPad();
	const message = latin1("0200 the message to protect, of no special length.");

	async function ready(): Promise<Host> {
		const host = await hostOn(shared().path);
		await loadKeys(host);
		return host;
	}
	const macOf = (host: Host, data: Uint8Array): Promise<string> => host.ask(`41${toHex(data)}`);

	test("UnionPay ECB, of the message and of its fold", async () => {
		const host = await ready();
		await host.ask("430001");
		await host.ask("460603");
		expect(await macOf(host, message)).toBe(`04${cupMac(macKey, message)}`);
		expect(await macOf(host, foldCupEcb(message))).toBe(`04${cupMac(macKey, message)}`);
	});

	test("X9.9 with a single-length key, X9.19 with a double-length one", async () => {
		const host = await ready();
		await host.ask("460601");
		await host.ask("430001");
		expect(await macOf(host, message)).toBe(`04${toHex(macAlgorithm1Tdes(macKey, message, 1))}`);
		await host.ask("430000");
		expect(await macOf(host, message)).toBe(`04${toHex(macAlgorithm3(pinKey, message, 1))}`);
	});

	test("PBOC pads with 80, CBC is the whole cipher throughout", async () => {
		const host = await ready();
		await host.ask("430000");
		await host.ask("460602");
		expect(await macOf(host, message)).toBe(`04${toHex(macAlgorithm3(pinKey, message, 2))}`);
		await host.ask("460604");
		expect(await macOf(host, message)).toBe(`04${toHex(macAlgorithm1Tdes(pinKey, message, 1))}`);
	});

	test("41 takes 247 bytes, not more, not none", async () => {
		const host = await ready();
		await host.ask("430000");
		expect(await macOf(host, new Uint8Array(247))).toHaveLength(18);
		expect(await macOf(host, new Uint8Array(248))).toBe("15");
		expect(await macOf(host, new Uint8Array())).toBe("15");
	});

	test("36 and 37 undo each other, block by block and chained; half blocks are refused", async () => {
		const host = await ready();
		await host.ask("430000");
		const data = "00112233445566770011223344556677";
		const enciphered = await host.ask(`36${data}`);
		expect(enciphered).toBe(`04${toHex(tdes(pinKey).encipherEcb(fromHex(data)))}`);
		expect(await host.ask(`37${enciphered.slice(2)}`)).toBe(`04${data}`);
		await host.ask("460711");
		const chained = await host.ask(`36${data}`);
		expect(chained).toBe(`04${toHex(tdes(pinKey).encipherCbc(new Uint8Array(8), fromHex(data)))}`);
		expect(await host.ask(`37${chained.slice(2)}`)).toBe(`04${data}`);
		expect(await host.ask("3600112233")).toBe("15");
	});

	test("quirks: MAC as text, and 43 needed again", async () => {
		const running = await pad({ quirks: { macReply: "hex", endsActiveKey: ["41"] } });
		const host = await hostOn(running.path);
		await loadKeys(host);
		await host.ask("460603");
		await host.ask("430001");
		expect(await macOf(host, message)).toBe(`04${toHex(latin1(cupMac(macKey, message).slice(0, 8)))}`);
		expect(await macOf(host, message)).toBe("15");
		await host.ask("430001");
		expect(await macOf(host, message)).toHaveLength(18);
	});
});

describe("status", () => {
	const shared = sharedPad();

	test("an unknown command is E0, unusable data 15", async () => {
		const host = await hostOn(shared().path);
		expect(await host.ask("7F")).toBe("E0");
		expect(await host.ask("460077")).toBe("15");
		expect(await host.ask("4599")).toBe("15");
		expect(await host.ask("3200AABB")).toBe("15");
	});

	test("a weak battery marks every answer", async () => {
		const host = await hostOn(shared().path);
		await shared().set({ battery: "weak" });
		expect(await host.ask("31")).toBe("C4");
		expect(await host.ask("460077")).toBe("D5");
		await shared().set({ battery: "good" });
		expect(await host.ask("31")).toBe("04");
	});

	test("lost keys mark every answer until a master key is loaded", async () => {
		const host = await hostOn(shared().path);
		await loadKeys(host);
		await shared().act("lose_keys");
		expect(await host.ask("460030")).toBe("A4");
		expect(await host.ask("430000")).toBe("B5");
		expect(await host.ask("31")).toBe("F6");
		expect((await shared().state()).masterKeys).toBe("lost");
		await shared().set({ masterKeys: [{ slot: 0, key: masterKey }] });
		expect(await host.ask("31")).toBe("04");
	});
});

describe("faults", () => {
	const folder = mkdtempSync(join(tmpdir(), "kmy-"));
	const link = join(folder, "pinpad");
	const shared = sharedPad({ link, quirks: { cipherAtStart: "tdes" } });
	beforeAll(() => () => rmSync(folder, { recursive: true }));
	const reset = "0230313331333003";
	const ok = "0230313034303503";
	const serial = toHex(kmyFraming.encode(fromHex("0435010001")));
	const readSerial = toHex(kmyFraming.encode(fromHex("38")));

	test.each([
		{ fault: { name: "bad_bcc" }, heard: "0230313034303003" },
		{ fault: { name: "garbage" }, heard: `FF55AA${ok}` },
		{ fault: { name: "garbage", value: "4142" }, heard: `4142${ok}` },
		{ fault: { name: "truncated" }, heard: "02303130" },
		{ fault: { name: "truncated", value: "6" }, heard: "023031303430" },
		{ fault: { name: "status" }, heard: "0230313135313403" },
		{ fault: { name: "status", value: "F1" }, heard: toHex(kmyFraming.encode(Uint8Array.of(0xf1))) },
	])("$fault spoils one answer to its command", async ({ fault, heard }) => {
		await shared().setFaults({ ...fault, command: "31" });
		const host = await hostOn(link);
		expect(await host.exchange(readSerial, serial.length / 2), "another command").toBe(serial);
		expect(await host.exchange(reset, heard.length / 2)).toBe(heard);
		expect(await host.exchange(reset, ok.length / 2), "the next answer").toBe(ok);
		expect((await shared().state()).faults).toEqual([]);
	});

	test.each([
		{ name: "silent", stored: [5] },
		{ name: "ignore", stored: [] },
	])("$name: no answer, key slots $stored", async ({ name, stored }) => {
		const host = await hostOn(link);
		expect(await host.ask("3138")).toBe("04");
		await shared().setFaults({ name, command: "32" });
		await host.send(`3205${masterKey}`);
		expect(await host.ask("38"), "the only answer").toBe("0435010001");
		expect((await shared().state()).keySlots.master).toEqual(stored);
	});

	test("slow: the answer takes its time, the next command waits its turn", async () => {
		const host = await hostOn(link);
		await shared().setFaults({ name: "slow", value: "40" });
		const start = performance.now();
		await host.send("31");
		await host.send("38");
		expect(await host.take(2)).toEqual(["04", "0435010001"]);
		expect(performance.now() - start).toBeGreaterThanOrEqual(39);
	});

	test("a fault can hit more than once, or always", async () => {
		const host = await hostOn(link);
		await shared().setFaults({ name: "status", value: "F2", count: 2 });
		expect([await host.ask("31"), await host.ask("31"), await host.ask("31")]).toEqual(["F2", "F2", "04"]);
		await shared().setFaults({ name: "status", value: "F3", count: "always" });
		expect([await host.ask("31"), await host.ask("31"), await host.ask("31")]).toEqual(["F3", "F3", "F3"]);
		await shared().setFaults();
		expect(await host.ask("31")).toBe("04");
	});

	test("drop_key loses key bytes, not the keys", async () => {
		const host = await hostOn(link);
		await loadKeys(host);
		await host.ask("430000");
		await host.ask(`34${panDigits}`);
		await shared().setFaults({ name: "drop_key", value: "digit", count: 2 });
		expect(await host.ask("350C0101001E")).toBe("04");
		expect(await host.take(5)).toEqual(["key 2A", "key 2A", "key 2A", "key 2A", "key 0D"]);
		const answer = await host.ask("42");
		const block = tdes(pinKey).decipherEcb(fromHex(answer.slice(2)));
		expect(decodePinBlock(block, { format: 0, pan })).toBe("123456");
		await shared().setFaults({ name: "drop_key", value: "enter" });
		expect(await host.ask("350C0101001E")).toBe("04");
		await shared().until(({ keypad }) => keypad === "entered");
		await host.send("4500");
		expect(await host.take(7)).toEqual([...Array.from({ length: 6 }, () => "key 2A"), "04"]);
	});

	test.each([
		{ name: "unplug_before", stored: [], answers: [] },
		{ name: "unplug_unanswered", stored: [5], answers: [] },
		{ name: "unplug_after", stored: [5], answers: ["04"] },
	])("$name: the line dies, key slots $stored, answers $answers", async ({ name, stored, answers }) => {
		const host = await hostOn(link);
		expect(await host.ask("3138")).toBe("04");
		expect(await host.ask("460020")).toBe("04");
		await shared().setFaults({ name, command: "32" });
		await host.send(`3205${masterKey}`);
		expect(await host.take(answers.length)).toEqual(answers);
		await host.lost;
		expect(existsSync(link)).toBe(false);
		expect((await shared().state()).path).toBeNull();
		await shared().act("plug");
		const again = await hostOn(link);
		expect(await again.ask("31")).toBe("04");
		const { keySlots, path } = await shared().state();
		expect(keySlots.master).toEqual(stored);
		expect(path).toBe(link);
	});

	test("pulled during a PIN entry: the keys stay, settings and PIN do not", async () => {
		const host = await hostOn(link);
		await loadKeys(host);
		await host.ask("430000");
		await host.ask(`34${panDigits}`);
		await shared().set({ persons: [{ pin: "12", delayPerKeyMs: 0, ending: "nothing" }] });
		expect(await host.ask("350C0101001E")).toBe("04");
		expect(await host.take(2)).toEqual(["key 2A", "key 2A"]);
		await shared().act("unplug");
		await host.lost;
		await shared().act("plug");
		await shared().act("plug");
		const again = await hostOn(link);
		expect(await again.ask("42")).toBe("15");
		expect(await again.ask("350C0101001E")).toBe("15");
		expect(await again.ask("430000")).toBe("04");
		await shared().set({ persons: [quick] });
	});

	test("what the pad cannot be told is refused", async () => {
		await expect(shared().setFaults({ name: "explode" })).rejects.toThrow("Invalid option");
		await expect(shared().setFaults({ name: "slow", value: "soon" })).rejects.toThrow("not a value");
		await expect(shared().setFaults({ name: "silent", value: "1" })).rejects.toThrow("not a value");
		await expect(shared().set({ masterKeys: [{ slot: 0, key: "0123" }] })).rejects.toThrow("8, 16 or 24 bytes");
		await expect(shared().set({ colour: "red" })).rejects.toThrow("Unrecognized key");
	});
});

describe("what the control port shows", () => {
	test("every command with its status and the harmless part of its data; no PIN, PAN digit or key", async () => {
		const running = await pad({ persons: [{ pin: "918273", delayPerKeyMs: 0 }] });
		const host = await hostOn(running.path);
		await loadKeys(host);
		await host.ask("430000");
		await host.ask(`34${panDigits}`);
		await host.ask("350C0101001E");
		await host.take(7);
		const pinBlock = (await host.ask("42")).slice(2);
		await host.ask(`36${toHex(latin1("SECRETS!"))}`);
		await host.ask("4500");
		const state = await running.state();
		expect(state.commands.map(({ command, data, hidden, status }) => [command, data, hidden, status])).toEqual([
			["46", "0030", 0, "04"],
			["46", "0130", 0, "04"],
			["32", "00", 16, "04"],
			["33", "0040", 16, "04"],
			["33", "0041", 8, "04"],
			["43", "0000", 0, "04"],
			["34", "", 12, "04"],
			["35", "0C0101001E", 0, "04"],
			["42", "", 0, "04"],
			["36", "", 8, "04"],
			["45", "00", 0, "04"],
		]);
		expect(state.counts).toMatchObject({ 33: 2, "33 04": 2, digit: 6, enter: 1 });
		const shown = JSON.stringify(state);
		const secrets = [masterKey, toHex(pinKey), underMaster(pinKey), "918273", pan.slice(-13, -1), panDigits, pinBlock];
		for (const secret of secrets) {
			expect(shown).not.toContain(secret);
		}
	});

	test("noise and broken frames are counted and not answered", async () => {
		const running = await pad();
		const host = await hostOn(running.path);
		expect(await host.exchange("FFFF02303133313331030230313331333003", 8)).toBe("0230313034303503");
		expect((await running.state()).counts["garbage"]).toBe(10);
	});
});

describe("other lines", () => {
	test("the same bytes over TCP; unplugging cuts it, plugging in listens at the same port", async () => {
		const running = await pad({ tcp: {} });
		const tcpPort = present(running.tcpPort, "TCP port");
		for (const round of [1, 2]) {
			const socket = connect({ host: "127.0.0.1", port: tcpPort });
			const heard = Promise.withResolvers<string>();
			const closed = Promise.withResolvers<void>();
			socket.once("data", (chunk) => heard.resolve(fromLatin1(chunk)));
			socket.once("error", () => undefined);
			socket.once("close", () => closed.resolve());
			socket.write(kmyFraming.encode(fromHex("31")));
			expect(await heard.promise, `round ${round}`).toBe("\x02010405\x03");
			await running.act("unplug");
			await closed.promise;
			await running.act("plug");
		}
	});

	test("at 9600 baud every byte takes its time", async () => {
		const running = await pad({ baudRate: 9600 });
		const host = await hostOn(running.path);
		const start = performance.now();
		const answer = await host.ask("30");
		const bytes = 8 + 2 * (answer.length / 2 + 3);
		expect(performance.now() - start).toBeGreaterThanOrEqual((bytes * 10_000) / 9600 - 1);
	});

	test("a paced line keeps order and pace, however late its timers are", async () => {
		const clock = new ManualClock();
		const out: number[] = [];
		const line = new PacedBytes({ clock, baudRate: 1_000, deliver: (bytes) => out.push(...bytes) });
		line.push(Uint8Array.of(1, 2, 3));
		await clock.advance(9);
		expect(out).toEqual([]);
		await clock.advance(1);
		expect(out).toEqual([1]);
		await clock.advance(5);
		line.push(Uint8Array.of(4));
		await clock.advance(24);
		expect(out).toEqual([1, 2, 3]);
		await clock.advance(1);
		expect(out).toEqual([1, 2, 3, 4]);
		line.push(Uint8Array.of(5));
		line.clear();
		await clock.advance(1_000);
		expect(out).toEqual([1, 2, 3, 4]);
		expect(clock.timers).toBe(0);
	});
});
