import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { type ConfigProblem, loadConfig, parseConfig } from "../../src/config/load-config.ts";
import { fakeDrivers } from "../support/fake-drivers.ts";

const good = `
devices:
  pad: { driver: kmy350x, port: { serial: /dev/ttyUSB0 } }
  pad2: { driver: kmy350x, port: { serial: /dev/ttyUSB1 } }
  slip: { driver: escpos, port: { tcp: "10.0.0.9:9100" } }
acquirers:
  bank: { profile: unionpay, hosts: [ { tcp: "10.0.0.1:9001" } ] }
lanes:
  lane1:
    pinPad: pad
    printer: slip
    acquirer: bank
    currency: CNY
    terminalId: "00000001"
    merchantId: "123456789012345"
    merchantName: Shop
    serialNumber: "TB1"
`;

function problemsIn(text: string): readonly ConfigProblem[] {
	const result = parseConfig(text, "/etc/tillbridge", fakeDrivers);
	return result.kind === "invalid" ? result.problems : [];
}

function configIn(text: string): Config {
	const result = parseConfig(text, "/etc/tillbridge", fakeDrivers);
	if (result.kind === "invalid") {
		throw new Error(result.problems.map(({ key, message }) => `${key} ${message}`).join("\n"));
	}
	return result.config;
}

/** The good file with one text in it replaced: what a person gets wrong. */
function change(from: string, to: string): string {
	expect(good).toContain(from);
	return good.replace(from, to);
}

const secondLane = `
  lane2: { pinPad: pad2, acquirer: bank, currency: CNY, terminalId: "00000002", merchantId: "123456789012345", merchantName: Shop, serialNumber: "2" }
`;

const wrong: readonly (readonly [
	what: string,
	text: string,
	line: number,
	key: string,
	message: string,
	cure: string,
])[] = [
	["a misspelt key", change("acquirers:", "aquirers:"), 6, "aquirers", "not a known key", "Did you mean `acquirers`?"],
	["a misspelt key of a lane", change("pinPad:", "pinpad:"), 10, "lanes.lane1.pinpad", "not a known key", "`pinPad`"],
	[
		"a misspelt port",
		change("serial: /dev/ttyUSB0", "serail: /dev/ttyUSB0"),
		3,
		"devices.pad.port.serail",
		"not a known key",
		"`serial`",
	],
	[
		"a key nobody knows",
		`${good}colour: red`,
		18,
		"colour",
		"not a known key",
		"Remove it, or use one of: dataDirectory",
	],
	[
		"a password",
		`${good}listen: { password: hunter2 }`,
		18,
		"listen.password",
		"not a known key",
		"secrets do not belong in this file",
	],
	[
		"a port without address",
		change("{ serial: /dev/ttyUSB0 }", "{ baudRate: 9600 }"),
		3,
		"devices.pad.port.serial",
		"is missing",
		"serial: /dev/ttyUSB0",
	],
	[
		"two ports in one",
		change("{ serial: /dev/ttyUSB0 }", '{ serial: /dev/ttyUSB0, tcp: "a:1" }'),
		3,
		"devices.pad.port.tcp",
		"does not go with",
		"one form or the other",
	],
	[
		"no port",
		change("port: { serial: /dev/ttyUSB1 }", "{}").replace("kmy350x, {} }", "kmy350x }"),
		4,
		"devices.pad2.port",
		"is missing",
		"Where the device hangs",
	],
	[
		"a relative device path",
		change("/dev/ttyUSB0", "ttyUSB0"),
		3,
		"devices.pad.port.serial",
		"not an absolute path",
		"/dev/ttyUSB0",
	],
	[
		"an impossible speed",
		change("/dev/ttyUSB0 }", "/dev/ttyUSB0, baudRate: 10 }"),
		3,
		"devices.pad.port.baudRate",
		"less than 300",
		"baudRate: 9600",
	],
	[
		"an address without port",
		change("10.0.0.9:9100", "10.0.0.9"),
		5,
		"devices.slip.port.tcp",
		"not host:port",
		"192.168.1.50:9100",
	],
	[
		"a port number too big",
		change("10.0.0.9:9100", "10.0.0.9:99999"),
		5,
		"devices.slip.port.tcp",
		"between 1 and 65535",
		"192.168.1.50:9100",
	],
	[
		"an unknown driver",
		change("escpos", "escpoz"),
		5,
		"devices.slip.driver",
		"not a known driver",
		"Did you mean `escpos`?",
	],
	[
		"an experimental driver",
		change("{ driver: kmy350x, port: { serial: /dev/ttyUSB1 } }", "{ driver: newpad, port: { serial: /dev/ttyUSB1 } }"),
		4,
		"devices.pad2.driver",
		"is experimental",
		"experimental: true",
	],
	[
		"a wrong driver option",
		change('"10.0.0.9:9100" }', '"10.0.0.9:9100" }, options: { columns: 7 }'),
		5,
		"devices.slip.options.columns",
		"less than 20",
		"columns",
	],
	[
		"a misspelt driver option",
		change('"10.0.0.9:9100" }', '"10.0.0.9:9100" }, options: { colums: 42 }'),
		5,
		"devices.slip.options.colums",
		"not a known key",
		"`columns`",
	],
	[
		"two devices on one port",
		change("ttyUSB1", "ttyUSB0"),
		4,
		"devices.pad2.port",
		"the port of `pad` as well",
		"One port has one device",
	],
	[
		"an unknown profile",
		change("profile: unionpay", "profile: visa"),
		7,
		"acquirers.bank.profile",
		"none of unionpay",
		"Message dialect",
	],
	[
		"no host",
		change('[ { tcp: "10.0.0.1:9001" } ]', "[]"),
		7,
		"acquirers.bank.hosts.0",
		"is missing",
		"Address of the acquirer",
	],
	[
		"a key where a path belongs",
		change('{ tcp: "10.0.0.1:9001" }', '{ tls: "10.0.0.1:9001", key: "-----BEGIN PRIVATE KEY-----" }'),
		7,
		"acquirers.bank.hosts.0.key",
		"PEM text where a path belongs",
		"./bank-ca.pem",
	],
	[
		"a TPDU too short",
		change("unionpay,", "unionpay, tpdu: '6000',"),
		7,
		"acquirers.bank.tpdu",
		"ten hex digits",
		"6000030000",
	],
	[
		"a sign-in code nobody has",
		change("unionpay,", "unionpay, signIn: '002',"),
		7,
		"acquirers.bank.signIn",
		"none of 001, 003, 004",
		"Network management code",
	],
	[
		"a timer of no time",
		change("unionpay,", "unionpay, timers: { answerMs: 5 },"),
		7,
		"acquirers.bank.timers.answerMs",
		"less than 1000",
		"For the answer to a payment",
	],
	[
		"a lane on an unknown pad",
		change("pinPad: pad", "pinPad: padd"),
		10,
		"lanes.lane1.pinPad",
		"not under `devices`",
		"Did you mean `pad`?",
	],
	[
		"a lane with a printer as pad",
		change("pinPad: pad", "pinPad: slip"),
		10,
		"lanes.lane1.pinPad",
		"a PosPrinter, not a PinPad",
		"category PinPad",
	],
	[
		"a lane at an unknown acquirer",
		change("acquirer: bank", "acquirer: bnak"),
		12,
		"lanes.lane1.acquirer",
		"not under `acquirers`",
		"Did you mean `bank`?",
	],
	[
		"two lanes on one pad",
		good + secondLane.replace("pad2", "pad"),
		19,
		"lanes.lane2.pinPad",
		"the PIN pad of `lane1` as well",
		"One pad serves one lane",
	],
	[
		"two lanes on one terminal",
		good + secondLane.replace("00000002", "00000001"),
		19,
		"lanes.lane2.terminalId",
		"the terminal of `lane1` as well",
		"a number for each lane",
	],
	[
		"a number that lost its zeros",
		change('"00000001"', "00000001"),
		14,
		"lanes.lane1.terminalId",
		"is not text",
		"Put it in quotes",
	],
	[
		"a merchant number too short",
		change("123456789012345", "1234"),
		15,
		"lanes.lane1.merchantId",
		"15 letters and digits",
		"Merchant number",
	],
	["an unknown currency", change("CNY", "RMB"), 13, "lanes.lane1.currency", "none of AED", "currency: CNY"],
	[
		"PIN lengths the wrong way round",
		`${good}    pin: { minLength: 8, maxLength: 4 }`,
		18,
		"lanes.lane1.pin.minLength",
		"more than maxLength",
		"minLength <= maxLength",
	],
	["a name with a blank", change("  lane1:", '  "lane 1":'), 9, "lanes.lane 1", "not a name", "Choose another name"],
	[
		"an open address",
		`${good}listen: { host: 0.0.0.0 }`,
		18,
		"listen.host",
		"reached by other machines",
		"allowRemote: true",
	],
	[
		"an origin with a path",
		`${good}listen: { origins: ["https://till.example/"] }`,
		18,
		"listen.origins.0",
		"not an origin",
		"https://till.example",
	],
	[
		"an origin of everybody",
		`${good}listen: { origins: ["*"] }`,
		18,
		"listen.origins.0",
		"not an origin",
		"https://till.example",
	],
	[
		"a log level nobody has",
		`${good}log: { level: loud }`,
		18,
		"log.level",
		"none of debug, info, warn, error",
		"least that is written",
	],
	["a key twice", `${good}log: {}\nlog: {}`, 19, "", "unique", "Correct the YAML"],
	["no YAML at all", "a: b: c", 1, "", "mapping", "Correct the YAML"],
	["a list instead of a map", "- lanes", 1, "", "map of keys and values", "It takes dataDirectory"],
];

describe("a wrong configuration", () => {
	it.each(wrong)("%s is named by line, key and cure", (...row) => {
		const [, text, line, key, message, cure] = row;
		const problems = problemsIn(text);
		expect(problems).toContainEqual(
			expect.objectContaining({
				line,
				key,
				message: expect.stringContaining(message),
				cure: expect.stringContaining(cure),
			}),
		);
	});

	it("tells of one mistake once", () => {
		expect(problemsIn(change("pinPad:", "pinpad:"))).toHaveLength(1);
		expect(problemsIn(change("serial: /dev/ttyUSB0", "serail: /dev/ttyUSB0"))).toHaveLength(1);
	});

	it("tells of all mistakes at once, in the order of the file", () => {
		const text = change("ttyUSB1", "ttyUSB0").replace("CNY", "RMB").replace("escpos", "escpoz");
		expect(problemsIn(text).map(({ key }) => key)).toEqual([
			"devices.pad2.port",
			"devices.slip.driver",
			"lanes.lane1.currency",
		]);
	});

	it("never quotes a value", () => {
		const text = `${good}listen: { password: 4000001234567899, host: [4000001234567899], origins: ["4000001234567899"] }`;
		expect(JSON.stringify(problemsIn(text))).not.toContain("4000001234567899");
	});
});

describe("a good configuration", () => {
	it("may be empty", () => {
		expect(configIn("")).toMatchObject({
			dataDirectory: "/etc/tillbridge/tillbridge-data",
			listen: { host: "127.0.0.1", port: 8420, origins: [] },
			lanes: [],
		});
	});

	it("takes line settings from the file, then from the driver", () => {
		const { devices } = configIn(change("/dev/ttyUSB1 }", "/dev/ttyUSB1, baudRate: 1200, parity: even }"));
		expect(devices.map(({ port }) => port)).toMatchObject([
			{ kind: "serial", path: "/dev/ttyUSB0", baudRate: 19_200, parity: "none", stopBits: 1, dtr: "unchanged" },
			{ kind: "serial", path: "/dev/ttyUSB1", baudRate: 1200, parity: "even" },
			{ kind: "tcp", host: "10.0.0.9", port: 9100 },
		]);
	});

	it("resolves paths against the file and takes IPv6 addresses", () => {
		const tls = '{ tls: "[fe80::1]:9002", ca: ./ca.pem, key: /abs/key.pem }';
		const { acquirers } = configIn(change('{ tcp: "10.0.0.1:9001" }', tls));
		expect(acquirers[0]?.hosts).toEqual([
			{ kind: "tls", host: "fe80::1", port: 9002, ca: "/etc/tillbridge/ca.pem", key: "/abs/key.pem" },
		]);
	});

	it("takes an experimental driver that is wanted", () => {
		const text = change(
			"{ driver: kmy350x, port: { serial: /dev/ttyUSB1 } }",
			"{ driver: newpad, experimental: true, port: { serial: /dev/ttyUSB1 } }",
		);
		expect(configIn(text).devices[1]?.driver).toBe("newpad");
	});

	it("is what the example shows", async () => {
		expect(await loadConfig("config/example.yaml", fakeDrivers)).toMatchObject({ kind: "valid" });
	});
});

describe("loadConfig", () => {
	it("says why a file cannot be read", async () => {
		await expect(loadConfig("/nowhere/x.yaml", fakeDrivers)).rejects.toMatchObject({
			code: "config_unreadable",
			context: { path: "/nowhere/x.yaml", why: "ENOENT" },
		});
	});

	it("resolves paths against the directory of the file", async () => {
		const directory = mkdtempSync(join(tmpdir(), "tillbridge-config-"));
		writeFileSync(join(directory, "c.yaml"), "dataDirectory: data");
		expect(await loadConfig(join(directory, "c.yaml"), fakeDrivers)).toMatchObject({
			config: { dataDirectory: join(directory, "data") },
		});
	});
});
