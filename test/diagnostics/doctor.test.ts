import { describe, expect, test } from "vitest";
import { examine } from "../../src/diagnostics/doctor/examine.ts";
import type { DeviceFacts, Facts, PortFacts } from "../../src/diagnostics/doctor/facts.ts";
import { worstGrade } from "../../src/diagnostics/doctor/finding.ts";
import { gradePings } from "../../src/diagnostics/doctor/ping-grade.ts";
import { padPort } from "../support/kept-pad.ts";

const now = Date.UTC(2026, 0, 2);

const port: PortFacts = {
	device: "pad1",
	address: padPort("/dev/pos/pinpad0"),
	defaults: { baudRate: 9600, dataBits: 8, parity: "none" },
	node: "/dev/ttyUSB0",
	group: "dialout",
	accessible: true,
	holder: undefined,
	usb: { id: "1a86:7523", autosuspend: false, ignoredByModemManager: true },
};

const device: DeviceFacts = {
	id: "pad1",
	state: "enabled",
	code: undefined,
	extended: undefined,
	says: "enabled",
	health: { masterKeys: "held", battery: "good" },
	counts: { bytes_in: 1000, frames_in: 100 },
};

const sound: Facts = {
	user: "pos",
	now,
	processes: [{ pid: 1, name: "systemd", command: "/sbin/init" }],
	consoles: ["tty0"],
	ports: [port],
	devices: [device],
	disk: { path: "/var/lib/tillbridge", freeBytes: 50e9 },
	clockKept: true,
	journal: { brokenAt: undefined, events: 10, unsettled: 0, newestAt: now - 1000 },
};

const withPort = (own: Partial<PortFacts>): Facts => ({ ...sound, ports: [{ ...port, ...own }] });
const withDevice = (own: Partial<DeviceFacts>, address: Partial<PortFacts["address"]> = {}): Facts => ({
	...sound,
	ports: [{ ...port, address: { ...port.address, ...address } }],
	devices: [{ ...device, ...own }],
});
const running = (name: string, command = name): Facts["processes"] => [{ pid: 77, name, command }];
const offline = { state: "offline", code: "E_TIMEOUT", says: "no answer", health: {} } as const;

test("a sound machine has nothing but good marks", () => {
	expect(worstGrade(examine(sound))).toBe("ok");
});

describe("each ill names its cure", () => {
	test.each<[string, Facts, string, string | RegExp]>([
		[
			"no such port",
			withPort({ node: undefined, accessible: false, usb: undefined }),
			"fail presence",
			/by-id.*devices\.pad1\.port/,
		],
		[
			"no permission",
			withPort({ accessible: false }),
			"fail permission",
			"sudo usermod -aG dialout pos && sudo systemctl restart tillbridge",
		],
		["held by another program", withPort({ holder: { pid: 4711, name: "minicom" } }), "fail holder", "sudo kill 4711"],
		[
			"a getty",
			{ ...sound, processes: running("agetty", "/sbin/agetty -o -p ttyUSB0 115200") },
			"fail getty",
			"sudo systemctl disable --now serial-getty@ttyUSB0.service",
		],
		["a kernel console", { ...sound, consoles: ["ttyUSB0"] }, "fail console", /console=ttyUSB0/],
		[
			"ModemManager",
			{
				...withPort({ usb: { id: "0403:6001", autosuspend: false, ignoredByModemManager: false } }),
				processes: running("ModemManager"),
			},
			"warn modem-manager",
			"sudo systemctl mask --now ModemManager",
		],
		["brltty", { ...sound, processes: running("brltty") }, "warn brltty", /mask --now brltty/],
		[
			"brltty has taken it",
			{ ...withPort({ node: undefined, usb: undefined }), processes: running("brltty") },
			"fail brltty",
			/mask --now brltty/,
		],
		[
			"autosuspend",
			withPort({ usb: { id: "1a86:7523", autosuspend: true, ignoredByModemManager: true } }),
			"warn autosuspend",
			/ATTR\{idVendor\}=="1a86".*power\/control/,
		],
		[
			"wrong speed",
			withDevice({ ...offline, counts: { bytes_in: 40, "garbage_bytes.no_start": 40 } }, { baudRate: 19_200 }),
			"fail speed",
			/baudRate: 9600, dataBits: 8, parity: none/,
		],
		[
			"wrong speed at the usual settings",
			withDevice({ ...offline, counts: { bytes_in: 40 } }),
			"fail speed",
			/trace record --device pad1/,
		],
		["no DTR, no power", withDevice({ ...offline, counts: {} }), "fail silence", "set devices.pad1.port.dtr: on"],
		[
			"another device",
			withDevice({ ...offline, code: "E_NOHARDWARE", extended: "not_this_family" }),
			"fail wrong-device",
			/driver/,
		],
		["a noisy line", withDevice({ counts: { frames_in: 100, "damaged_frames.bad_check": 5 } }), "warn noise", /cable/],
		["lost keys", withDevice({ health: { masterKeys: "lost" } }), "fail keys", /key injection/],
		["no paper", withDevice({ health: { paper: "end" } }), "fail paper", "load a roll"],
		["a full disk", { ...sound, disk: { path: "/", freeBytes: 1e6 } }, "fail disk", /vacuum/],
		["a clock nobody keeps", { ...sound, clockKept: false }, "warn clock", "sudo timedatectl set-ntp true"],
		["a clock in the past", { ...sound, now: now - 1e9 }, "fail clock", "sudo timedatectl set-ntp true"],
		[
			"a broken journal",
			{ ...sound, journal: { brokenAt: 7, events: 6, unsettled: 0, newestAt: now } },
			"fail journal",
			/call support/,
		],
		[
			"open business",
			{ ...sound, journal: { brokenAt: undefined, events: 6, unsettled: 2, newestAt: now } },
			"warn unsettled",
			/--unknown/,
		],
		["no daemon", { ...sound, devices: undefined }, "warn daemon", "tillbridge start"],
	])("%s", (_, facts, expected, cure) => {
		const found = examine(facts).find(({ grade, test }) => `${grade} ${test}` === expected);
		expect(found?.cure).toMatch(cure);
	});
});

test("an agetty on another line, an enabled device without health, and DTR that is on already", () => {
	const other = { ...sound, processes: running("agetty", "/sbin/agetty tty1 linux") };
	expect(worstGrade(examine(other))).toBe("ok");
	expect(worstGrade(examine(withDevice({ health: {} })))).toBe("ok");
	const silent = examine(withDevice({ ...offline, counts: {} }, { dtr: "on" }));
	expect(silent.find(({ test }) => test === "silence")?.cure).toContain("already");
});

test.each([
	["device", { asked: 20, answersMs: Array.from({ length: 20 }, () => 40) }, 10, "ok"],
	["device", { asked: 20, answersMs: Array.from({ length: 20 }, () => 900) }, 8, "ok"],
	["device", { asked: 20, answersMs: Array.from({ length: 19 }, () => 40) }, 6, "warn"],
	["device", { asked: 20, answersMs: Array.from({ length: 10 }, () => 40) }, 3, "fail"],
	["device", { asked: 20, answersMs: [] }, 0, "fail"],
	["host", { asked: 5, answersMs: [80, 90, 85, 99, 100] }, 10, "ok"],
	["host", { asked: 5, answersMs: [80, 90, 85, 99] }, 5, "warn"],
	["host", { asked: 5, answersMs: [80] }, 2, "fail"],
] as const)("pings of a %s: %j are %i of 10", (kind, pings, points, grade) => {
	expect(gradePings(kind, pings)).toMatchObject({ points, grade });
});
