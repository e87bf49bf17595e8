import { expect } from "vitest";

/** A configuration without a mistake. */
export const good = `
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

/** The good file with one text in it replaced: what a person gets wrong. */
export function change(from: string, to: string): string {
	expect(good).toContain(from);
	return good.replace(from, to);
}

const secondLane = `
  lane2: { pinPad: pad2, acquirer: bank, currency: CNY, terminalId: "00000002", merchantId: "123456789012345", merchantName: Shop, serialNumber: "2" }
`;

/** What people get wrong, one mistake a file, and what they are to be told. */
export const wrongConfigs: readonly (readonly [
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
		change('{ tcp: "10.0.0.1:9001" }', '{ tls: "10.0.0.1:9001", key: "-----BEGIN EXAMPLE-----" }'),
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
