import { existsSync, mkdtempSync, readFileSync, rmSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { afterEach, describe, expect, test } from "vitest";
import { z } from "zod";
import { clearTdesKey } from "../../src/crypto/clear/clear-keys.ts";
import { deriveTdesTransactionKey, deriveTdesWorkingKey } from "../../src/crypto/clear/dukpt-tdes.ts";
import { wrapKeyBlock } from "../../src/crypto/clear/key-block.ts";
import { macAlgorithm1Tdes, macAlgorithm3 } from "../../src/crypto/clear/mac.ts";
import { decodePinBlock } from "../../src/crypto/clear/pin-block.ts";
import { tdes } from "../../src/crypto/clear/tdes.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { Inbox } from "../../src/kernel/inbox.ts";
import { openPort } from "../../src/ports/open-port.ts";
import { type Bytes, fromLatin1, latin1 } from "../../src/wire/bytes.ts";
import type { Frame } from "../../src/wire/framing.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";
import { visaControls, visaFraming } from "../../src/wire/visa-framing.ts";
import { padPort } from "../support/kept-pad.ts";
import { openVisaPad, startVisaPad, type VisaPadUnderTest } from "../support/start-visa-pad.ts";

/** Published test keys: UIC PP791 manual, ANSI X9.24-1 annex A. */
const singleKey = "0123456789ABCDEF";
const doubleKey = "0123456789ABCDEFFEDCBA9876543210";
const transportKey = "19191919191919195B5B5B5B5B5B5B5B";
const ipek = "6AC292FAA1315B4D858AB3A3D7D5933A";
const pan = "4111111111111111";
const [fs, si, stx] = ["\x1c", "\x0f", "\x02"];
const quick = { pin: "1234", delayPerKeyMs: 5 };

interface Host {
	/** Sends a packet: start mark and text. */
	send(packet: string): void;
	sendRaw(bytes: Bytes): void;
	control(name: keyof typeof visaControls): void;
	/** The next control character by its name, or the next packet without its start mark; `damaged` for anything else. */
	next(): Promise<string>;
	/** Sends a packet and gives what comes back, `count` pieces. */
	ask(packet: string, count: number): Promise<readonly string[]>;
	readonly lost: Promise<void>;
}

const cleanups: (() => Promise<unknown> | void)[] = [];
afterEach(async () => {
	for (const cleanup of cleanups.splice(0).toReversed()) {
		await cleanup();
	}
});

async function pad(options: Record<string, unknown> = {}): Promise<VisaPadUnderTest> {
	const running = await openVisaPad({ persons: [quick], ...options });
	cleanups.push(() => running.stop());
	return running;
}

async function hostOn(path: string, onChunk: (chunk: Bytes) => void = () => undefined): Promise<Host> {
	const decoder = visaFraming.decoder();
	const inbox = new Inbox<string>(systemClock);
	const lost = Promise.withResolvers<void>();
	const listener = {
		onData(chunk: Bytes) {
			onChunk(chunk);
			for (const frame of decoder.push(chunk)) {
				inbox.push(textOf(frame));
			}
		},
		onLost: () => lost.resolve(),
	};
	const port = await openPort(padPort(path), listener, { clock: systemClock, deadlineMs: 2_000 });
	cleanups.push(() => port.close());
	const host: Host = {
		send: (packet) => void port.write(visaFraming.encode(latin1(packet))),
		sendRaw: (bytes) => void port.write(bytes),
		control: (name) => void port.write(Uint8Array.of(visaControls[name])),
		next: () => inbox.take({ name: "the pad", ms: 3_000 }),
		async ask(packet, count) {
			host.send(packet);
			const seen: string[] = [];
			while (seen.length < count) {
				seen.push(await host.next());
			}
			return seen;
		},
		lost: lost.promise,
	};
	return host;
}

function textOf(frame: Frame): string {
	switch (frame.kind) {
		case "data":
			return fromLatin1(frame.payload.subarray(1));
		case "control":
			return Object.entries(visaControls).find(([, byte]) => byte === frame.byte)?.[0] ?? "control";
		case "garbage":
			return "damaged";
	}
}

/** An administration exchange to its end; gives the reply, or `eot` where there is none. */
async function admin(host: Host, text: string): Promise<string> {
	const [ack, reply = ""] = await host.ask(si + text, 2);
	expect(ack).toBe("ack");
	if (reply === "eot") {
		return reply;
	}
	host.control("ack");
	return (await host.next()) === "eot" ? reply : "not closed by eot";
}

/** A transaction exchange with a reply. */
async function transaction(host: Host, text: string): Promise<string> {
	const [ack, reply = ""] = await host.ask(stx + text, 2);
	expect(ack).toBe("ack");
	host.control("ack");
	return reply;
}

const underKey = (master: string, key: string): string =>
	toHex(tdes(clearTdesKey(fromHex(master))).encipherEcb(fromHex(key)));

describe("public frames", () => {
	const { frames } = z
		.object({ frames: z.array(z.object({ direction: z.string(), description: z.string(), hex: z.string() })) })
		.parse(JSON.parse(readFileSync(new URL("../fixtures/visa1000se/frames.json", import.meta.url), "utf8")));
	test("every request of a host is understood byte by byte", async () => {
		const running = await pad();
		const host = await hostOn(running.path);
		for (const { description, hex } of frames.filter((frame) => frame.direction === "host-to-device")) {
			const seen = (await running.state()).packets.length;
			host.sendRaw(fromHex(hex));
			const { packets } = await running.until((state) => state.packets.length > seen);
			const text = fromLatin1(fromHex(hex)).slice(1);
			expect({ description, id: packets.at(-1)?.command }).toEqual({ description, id: idOf(text) });
		}
		expect((await running.state()).counts["garbage"]).toBeUndefined();
	});

	test("the golden dialogue of slot 7", async () => {
		const running = await pad({ masterKeys: [{ slot: "7", key: singleKey }] });
		const received: number[] = [];
		const host = await hostOn(running.path, (chunk) => received.push(...chunk));
		await admin(host, "047");
		await admin(host, "087");
		expect(toHex(Uint8Array.from(received))).toBe("060F3034460E4C040604");
	});
});

describe("the link procedure", () => {
	test("a damaged packet is answered NAK, the third one EOT", async () => {
		const host = await hostOn((await pad()).path);
		const damaged = visaFraming.encode(latin1(`${si}06`)).map((byte, at) => (at === 1 ? byte ^ 1 : byte));
		for (const answer of ["nak", "nak", "eot", "nak"]) {
			host.sendRaw(damaged);
			expect(await host.next()).toBe(answer);
		}
		expect(await admin(host, "06")).toBe("06246880401A001234");
	});

	test("a packet that stops in the middle is answered NAK", async () => {
		const host = await hostOn((await pad()).path);
		host.sendRaw(visaFraming.encode(latin1(`${si}06`)).slice(0, 3));
		expect(await host.next()).toBe("nak");
	});

	test("a reply comes again on NAK, the third NAK ends it", async () => {
		const host = await hostOn((await pad()).path);
		expect(await host.ask(`${si}06`, 2)).toEqual(["ack", "06246880401A001234"]);
		for (const answer of ["06246880401A001234", "06246880401A001234", "eot"]) {
			host.control("nak");
			expect(await host.next()).toBe(answer);
		}
	});

	test("an unknown packet is not answered, the one after it is", async () => {
		const host = await hostOn((await pad()).path);
		host.send(`${stx}Q99`);
		expect(await admin(host, "11")).toBe("eot");
	});

	test("a 7E1 pad on an 8N1 port shows its parity", async () => {
		const bytes: number[] = [];
		const host = await hostOn((await pad({ quirks: { showsParity: true } })).path, (chunk) => bytes.push(...chunk));
		expect(await admin(host, "06")).toBe("06246880401A001234");
		expect(bytes.some((byte) => byte > 0x7f)).toBe(true);
	});
});

describe("keys", () => {
	test("a clear key is stored when its echo was acknowledged, and not when it was refused", async () => {
		const running = await pad();
		const host = await hostOn(running.path);
		for (const answer of ["eot", "ack"] as const) {
			expect(await admin(host, "047")).toBe("040");
			expect(await host.ask(`${si}027${singleKey}`, 2)).toEqual(["ack", `027${singleKey}`]);
			host.control(answer);
		}
		expect(await host.next()).toBe("eot");
		expect(await admin(host, "047")).toBe("04F");
	});

	test("UIC's published key blocks of versions A and B open under their published key", async () => {
		const blocks = [
			"A0072K0TD00N00007D2D21FC9ECD3EECBB0A2615BD8F05605722120BDFF2CCAC319C3918",
			"B0080P0TE00N00003C4F5024C59C182F7165BC870FCB7F63456AAE07DB736C32EA391E5834C1AA0C",
		];
		for (const block of blocks) {
			const running = await pad({ dialect: "uic", masterKeys: [{ slot: "F", key: transportKey }] });
			const host = await hostOn(running.path);
			expect(await admin(host, `021${block}`)).toBe(`021${block}`);
			const { places } = await running.state();
			expect(places.slots).toContainEqual({ slot: "1", usage: block.slice(5, 7) });
		}
	});

	test.each([
		["no key in slot F", { masterKeys: [] }, (block: string) => block, "D"],
		["a changed character", {}, (block: string) => block.replace(/.$/, (last) => (last === "0" ? "1" : "0")), "C"],
		["a wrong length", {}, (block: string) => `${block}00`, "A"],
		[
			"the same key in another slot",
			{
				masterKeys: [
					{ slot: "F", key: transportKey },
					{ slot: "2", key: doubleKey },
				],
			},
			(block: string) => block,
			"2",
		],
		[
			"a key longer than the one that protects it",
			{ masterKeys: [{ slot: "F", key: singleKey.repeat(2) }] },
			() => wrapped(singleKey.repeat(2), "K0", singleKey + transportKey),
			"B",
		],
		["a usage that no slot has", {}, () => wrapped(transportKey, "V2", doubleKey), "E"],
	])("a key block with %s is refused", async (_, options, damage, code) => {
		const masterKeys = [{ slot: "F", key: transportKey }];
		const host = await hostOn((await pad({ dialect: "uic", masterKeys, ...options })).path);
		expect(await admin(host, `021${damage(wrapped(transportKey, "K0", doubleKey))}`)).toBe(`02?${code}`);
	});

	test("keys, key serial number and serial number outlive the process", async () => {
		const folder = mkdtempSync(join(tmpdir(), "visa-pad-"));
		cleanups.push(() => rmSync(folder, { recursive: true }));
		const options = { remember: join(folder, "pad.json"), keyManagement: "dukpt" };
		const first = await startVisaPad({ ...options, persons: [quick] });
		const host = await hostOn(first.path);
		await admin(host, `023${singleKey}`);
		await admin(host, "051234567890ABCDEF");
		expect(await transaction(host, `90${ipek}FFFF9876543210E00000`)).toBe("910");
		await transaction(host, `Z60.${pan}${fs}DUKPT ENCRYPTION`);
		await first.stop();
		const second = await pad(options);
		expect(existsSync(options.remember)).toBe(true);
		expect(await second.state()).toMatchObject({
			serialNumber: "1234567890ABCDEF",
			places: {
				slots: [{ slot: "3", usage: "K0" }],
				engines: [{ engine: 0, ksn: "FFFF9876543210E00001" }],
			},
		});
	});

	test("an alarm erases everything; UIC's self-test says so", async () => {
		const running = await pad({ dialect: "uic", masterKeys: [{ slot: "0", key: doubleKey }] });
		const host = await hostOn(running.path);
		expect(await admin(host, "16")).toBe("160");
		await running.act("lose_keys");
		expect(await admin(host, "16")).toBe("165");
		expect(await admin(host, "040")).toBe("040");
	});

	test("another width of DUKPT keys erases the old ones", async () => {
		const initialKeys = [{ key: ipek, ksn: "FFFF9876543210E00000" }];
		const running = await pad({ keyManagement: "dukpt", initialKeys });
		const host = await hostOn(running.path);
		expect(await admin(host, "18")).toBe("18080");
		expect(await admin(host, "17000")).toBe("eot");
		expect((await running.state()).places.engines).toEqual([]);
	});
});

describe("PIN entry", () => {
	test("master and session keys: the PIN block is the cardholder's under the session key", async () => {
		const host = await hostOn((await pad({ masterKeys: [{ slot: "4", key: doubleKey }] })).path);
		await admin(host, "084");
		const reply = await transaction(host, `Z63.${pan}${fs}${underKey(doubleKey, transportKey)}0412N*`);
		expect(reply.slice(0, 8)).toBe("71.00401");
		expect(pinUnder(transportKey, reply.slice(8))).toBe("1234");
	});

	test.each([
		["verifone", `Z60.${pan}${fs}DUKPT ENCRYPTION`, "73.00000"],
		["uic", `Z60.${pan}`, "710"],
		["uic", `70.${pan}${fs}D12.50${fs}2`, "710"],
	])("DUKPT, %s: a new key for every PIN", async (dialect, request, start) => {
		const initialKeys = [{ key: ipek, ksn: "FFFF9876543210E00000" }];
		const host = await hostOn((await pad({ dialect, keyManagement: "dukpt", initialKeys })).path);
		for (const serial of ["9876543210E00001", "9876543210E00002"]) {
			await host.ask(`${stx}Z2PIN?`, 1);
			const reply = await transaction(host, request);
			expect(reply.slice(0, -16)).toBe(start + serial);
			const transactionKey = deriveTdesTransactionKey(clearTdesKey(fromHex(ipek)), fromHex(`FFFF${serial}`));
			expect(pinUnder(toHex(deriveTdesWorkingKey(transactionKey, "pin")), reply.slice(-16))).toBe("1234");
		}
	});

	test("UIC's packet 7A asks for all digits of the key serial number", async () => {
		const initialKeys = [{ key: ipek, ksn: "FFFF9876543210E00000" }];
		const host = await hostOn((await pad({ dialect: "uic", keyManagement: "dukpt", initialKeys })).path);
		await host.ask(`${stx}7A1`, 1);
		await host.ask(`${stx}Z2PIN?`, 1);
		expect((await transaction(host, `Z60.${pan}`)).slice(3, 23)).toBe("FFFF9876543210E00001");
	});

	test.each([
		["cancel", { ...quick, ending: "cancel" }],
		["time-out", { ...quick, ending: "timeout" }],
	])("%s: an EOT in the place of the PIN block", async (_, person) => {
		const host = await hostOn((await pad({ persons: [person], masterKeys: [{ slot: "0", key: singleKey }] })).path);
		await admin(host, "080");
		expect(await host.ask(`${stx}Z60.${pan}${fs}${singleKey}`, 2)).toEqual(["ack", "eot"]);
	});

	test("72 ends an entry with EOT; meanwhile the pad listens to nothing else", async () => {
		const persons = [{ ...quick, ending: "nothing" }];
		const running = await pad({ persons, masterKeys: [{ slot: "0", key: singleKey }] });
		const host = await hostOn(running.path);
		await admin(host, "080");
		expect(await host.ask(`${stx}Z60.${pan}${fs}${singleKey}`, 1)).toEqual(["ack"]);
		host.send(`${si}06`);
		await running.until(({ counts }) => counts["06 ignored"] === 1);
		expect(await host.ask(`${stx}72`, 1)).toEqual(["eot"]);
		expect(await host.ask(`${stx}72`, 1)).toEqual(["ack"]);
	});

	test("no digits are no PIN where the packet allows it", async () => {
		const persons = [{ ...quick, pin: "" }];
		const host = await hostOn((await pad({ persons, masterKeys: [{ slot: "0", key: singleKey }] })).path);
		await admin(host, "080");
		expect(await transaction(host, `Z63.${pan}${fs}${singleKey}0412Y*`)).toBe("71.00001");
	});

	test.each([
		["no master key selected", {}, `Z60.${pan}${fs}${singleKey}`, "711"],
		["a card number that is none", {}, `Z60.411${fs}${singleKey}`, "712"],
		["a pad set to DUKPT", { keyManagement: "dukpt" }, `Z60.${pan}${fs}${singleKey}`, "715"],
		["no initial key", { keyManagement: "dukpt" }, `Z60.${pan}${fs}DUKPT ENCRYPTION`, "71A"],
		[
			"a DUKPT key used up",
			{ keyManagement: "dukpt", initialKeys: [{ key: ipek, ksn: "FFFF9876543210FFF800" }] },
			`Z60.${pan}${fs}DUKPT ENCRYPTION`,
			"71F",
		],
	])("%s: refused", async (_, options, request, reply) => {
		const host = await hostOn((await pad(options)).path);
		expect(await transaction(host, request)).toBe(reply);
	});

	test("PCI firmware takes a PIN under a prompt of its own only", async () => {
		const options = { dialect: "uic", quirks: { wantsTablePrompt: true }, masterKeys: [{ slot: "0", key: doubleKey }] };
		const host = await hostOn((await pad(options)).path);
		await admin(host, "080");
		await host.ask(`${stx}Z2\x1aENTER PIN`, 1);
		expect(await host.ask(`${stx}Z60.${pan}${fs}${doubleKey}`, 2)).toEqual(["ack", "eot"]);
		expect(await transaction(host, "Z2\x1e001\x1a")).toBe("Z20");
		expect(await transaction(host, `Z60.${pan}${fs}${doubleKey}`)).toMatch(/^71\.00401/);
		expect(await transaction(host, "Z2\x1e999\x1a")).toBe("Z21");
	});
});

describe("MAC", () => {
	const message = "MESSAGE OF MORE THAN ONE BLOCK";

	test.each([
		["single", singleKey, (data: Bytes) => macAlgorithm1Tdes(clearTdesKey(fromHex(singleKey)), data, 1)],
		["double", doubleKey, (data: Bytes) => macAlgorithm3(clearTdesKey(fromHex(doubleKey)), data, 1)],
	])("under a %s-length key, as text and as hex, in one packet and in two", async (_, key, expected) => {
		const host = await hostOn((await pad({ masterKeys: [{ slot: "2", key: transportKey.slice(0, 16) }] })).path);
		const working = underKey(transportKey.slice(0, 16), key);
		const packet = (flag: number, sequence: string, text: string): string =>
			`Z66${flag}${sequence}2${fs}${working}${fs}${fs}${text}`;
		const hex = toHex(latin1(message));
		expect(await transaction(host, packet(4, "00", message))).toBe(`Z670${toHex(expected(latin1(`${message}00`)))}`);
		const binary = `Z670${toHex(expected(latin1(message)))}`;
		expect(await transaction(host, packet(6, "00", hex))).toBe(binary);
		expect(await transaction(host, packet(7, "00", hex.slice(0, 32)))).toBe("Z671");
		expect(await transaction(host, packet(6, "01", hex.slice(32)))).toBe(binary);
	});

	test.each([
		["a part out of order", `Z666012${fs}${singleKey}${fs}${fs}00`, "2"],
		["an empty master key slot", `Z666003${fs}${singleKey}${fs}${fs}00`, "3"],
		["no message", `Z666002${fs}${singleKey}${fs}${fs}`, "5"],
		["a character that is not hex", `Z666002${fs}${singleKey}${fs}${fs}0G`, "7"],
		["no working key", `Z666002${fs}${fs}${fs}00`, "8"],
	])("%s: refused", async (_, packet, status) => {
		const host = await hostOn((await pad({ masterKeys: [{ slot: "2", key: singleKey }] })).path);
		expect(await transaction(host, packet)).toBe(`Z67${status}`);
	});
});

describe("faults", () => {
	test.each([
		["no_ack", ["06246880401A001234"]],
		["stray_eot", ["eot", "ack", "06246880401A001234"]],
		["old_reply", ["71.00001", "ack", "06246880401A001234"]],
		["garbage", ["damaged", "ack", "06246880401A001234"]],
		["bad_lrc", ["ack", "damaged"]],
		["nak", ["nak"]],
	])("%s", async (name, seen) => {
		const host = await hostOn((await pad({ faults: [{ name }] })).path);
		expect(await host.ask(`${si}06`, seen.length)).toEqual(seen);
	});

	test.each([
		["nothing known", { name: "explode" }],
		["a value that is none", { name: "slow", value: "soon" }],
		["a value where there is none", { name: "nak", value: "1" }],
	])("%s is refused", async (_, fault) => {
		await expect((await pad()).setFaults(fault)).rejects.toThrow(/Invalid option|not a value/);
	});

	test("a wrong echo has a right check byte", async () => {
		const host = await hostOn((await pad({ faults: [{ name: "wrong_echo" }] })).path);
		expect(await host.ask(`${si}027${singleKey}`, 2)).toEqual(["ack", `027${singleKey.slice(0, -1)}0`]);
	});

	test("a made-up reply is not processed", async () => {
		const running = await pad({ faults: [{ name: "reply", packet: "02", value: "02?F" }] });
		const host = await hostOn(running.path);
		expect(await admin(host, `027${singleKey}`)).toBe("02?F");
		expect(await admin(host, "047")).toBe("040");
	});

	test.each(["unplug_before", "unplug_unanswered", "unplug_within", "unplug_after"])(
		"%s, and back again",
		async (name) => {
			const folder = mkdtempSync(join(tmpdir(), "visa-pad-"));
			cleanups.push(() => rmSync(folder, { recursive: true }));
			const running = await pad({ link: join(folder, "pad"), faults: [{ name }] });
			const host = await hostOn(running.path);
			host.send(`${si}06`);
			await host.lost;
			await running.act("plug");
			expect(await admin(await hostOn(running.path), "06")).toBe("06246880401A001234");
		},
	);
});

/** The packets for PIN and MAC have three characters, all others count by two. */
function idOf(text: string): string {
	return /^(Z6\d|..)/.exec(text)?.[0] ?? "";
}

function pinUnder(key: string, block: string): string {
	return decodePinBlock(tdes(clearTdesKey(fromHex(key))).decipherEcb(fromHex(block)), { format: 0, pan });
}

function wrapped(kbpk: string, usage: string, key: string): string {
	const padding = new Uint8Array(6);
	return wrapKeyBlock(fromHex(kbpk), `B0000${usage}TN00N0000`, { key: fromHex(key), padding });
}
