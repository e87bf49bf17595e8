import { mkdtempSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { describe, expect, it } from "vitest";
import type { Config } from "../../src/config/config.ts";
import { type ConfigProblem, loadConfig, parseConfig } from "../../src/config/load-config.ts";
import { fakeDrivers } from "../support/fake-drivers.ts";
import { change, good, wrongConfigs } from "./wrong-configs.ts";

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

describe("a wrong configuration", () => {
	it.each(wrongConfigs)("%s is named by line, key and cure", (...row) => {
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
