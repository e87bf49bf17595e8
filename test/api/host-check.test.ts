import { describe, expect, test } from "vitest";
import { allowedOrigin, checkHost } from "../../src/api/host-check.ts";

const rules = { host: "127.0.0.1", names: [], origins: [] };
const refused = expect.objectContaining({ code: "host_header_refused" });

describe("behind a loopback address", () => {
	test.each([undefined, "", ":8420", "127.0.0.2", "[::2]", "evil", "localhost@evil", "127.0.0.1:80:80"])(
		"%j is not ours",
		(host) => {
			expect(() => checkHost(rules, host)).toThrow(refused);
		},
	);
});

test("configured names are ours, with any port and in any case", () => {
	const named = { ...rules, names: ["Till-Server"] };
	expect(() => checkHost(named, "till-server:8420")).not.toThrow();
	expect(() => checkHost(named, "till-server.evil:8420")).toThrow(refused);
});

test("one address that is listened on is ours, and no other", () => {
	const one = { ...rules, host: "192.168.1.5" };
	expect(() => checkHost(one, "192.168.1.5:8420")).not.toThrow();
	expect(() => checkHost(one, "192.168.1.6:8420")).toThrow(refused);
	expect(() => checkHost({ ...rules, host: "fd00::5" }, "[FD00::5]:8420")).not.toThrow();
});

test("where all addresses are listened on every address is ours, and no name", () => {
	for (const host of ["0.0.0.0", "::"]) {
		const all = { ...rules, host };
		expect(() => checkHost(all, "192.168.1.6:8420")).not.toThrow();
		expect(() => checkHost(all, "[fd00::5]:8420")).not.toThrow();
		expect(() => checkHost(all, "192.168.1.6.evil:8420")).toThrow(refused);
		expect(() => checkHost(all, "evil:8420")).toThrow(refused);
	}
});

test("an own page is known by the name it was called under", () => {
	expect(allowedOrigin(rules, { origin: "http://localhost:8420", host: "localhost:8420" })).toBe(
		"http://localhost:8420",
	);
	expect(() => allowedOrigin(rules, { origin: "http://localhost:9", host: "localhost:8420" })).toThrow(
		expect.objectContaining({ code: "origin_refused" }),
	);
});
