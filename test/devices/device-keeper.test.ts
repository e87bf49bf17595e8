import { once } from "node:events";
import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { z } from "zod";
import type { DeviceState } from "../../src/devices/device.ts";
import { DeviceKeeper } from "../../src/devices/device-keeper.ts";
import type { Driver, DriverLine } from "../../src/devices/driver.ts";
import type { PinPad } from "../../src/devices/pin-pad.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { Fault } from "../../src/kernel/fault.ts";
import { openPort } from "../../src/ports/open-port.ts";
import { clearPad } from "../support/clear-pad.ts";
import { type ScriptedDevice, scriptedDevice } from "../support/scripted-device.ts";
import { silentLog } from "../support/silent-log.ts";

let device: ScriptedDevice;
let keeper: DeviceKeeper<PinPad>;
let lines: DriverLine[];
let attached: () => Promise<PinPad>;

/** Takes whatever answers for a pad. */
const driver: Driver<PinPad, { greeting: string }> = {
	id: "test",
	category: "PinPad",
	title: "a pad of the test",
	experimental: false,
	serialDefaults: { baudRate: 9600, dataBits: 8, parity: "none" },
	options: z.strictObject({ greeting: z.string().default("hello") }),
	async attach(line, { greeting }) {
		lines.push(line);
		await line.write(Buffer.from(greeting));
		return attached();
	},
};

beforeEach(async () => {
	device = await scriptedDevice();
	lines = [];
	attached = async () => clearPad().device.use();
	keeper = new DeviceKeeper({
		id: "pad1",
		driver,
		port: device.address,
		options: {},
		openPort,
		clock: systemClock,
		log: silentLog,
	});
});

afterEach(async () => {
	await keeper.close();
	await device.close();
});

async function reached(state: DeviceState["state"]): Promise<DeviceState> {
	const seen = new EventTarget();
	const stop = keeper.changes.subscribe(() => seen.dispatchEvent(new Event("change")));
	while (keeper.state.state !== state) {
		await once(seen, "change");
	}
	stop();
	return keeper.state;
}

describe("a kept device", () => {
	test("is closed until it is started, then opening, then enabled and usable", async () => {
		expect(keeper.state).toEqual({ state: "closed" });
		expect(() => keeper.use()).toThrow(expect.objectContaining({ code: "E_CLOSED" }));
		keeper.start();
		expect(await reached("enabled")).toMatchObject({ model: "clear pad" });
		expect(keeper.use().identity.model).toBe("clear pad");
		expect((await (await device.connected()).heard(5)).toString()).toBe("hello");
	});

	test("that is unplugged is offline with the cause, and comes back by itself", async () => {
		keeper.start();
		const far = await device.connected();
		await reached("enabled");
		far.unplug();
		expect(await reached("offline")).toMatchObject({ cause: { code: "E_NOHARDWARE" } });
		expect(() => keeper.use()).toThrow(expect.objectContaining({ code: "E_NOHARDWARE" }));
		await device.connected();
		await reached("enabled");
		expect(lines).toHaveLength(2);
	});

	test("whose driver gives the line up is opened anew", async () => {
		keeper.start();
		await reached("enabled");
		lines[0]?.giveUp(new Fault("E_TIMEOUT", { detail: "silent" }));
		expect(await reached("offline")).toMatchObject({ cause: { code: "E_TIMEOUT", message: "silent" } });
		await reached("enabled");
	});

	test("that does not answer as it should stays offline since the first failure, and is tried again", async () => {
		attached = () => Promise.reject(new Fault("E_FAILURE", { extended: "memory" }));
		keeper.start();
		const first = await reached("offline");
		await device.connected();
		await device.connected();
		attached = async () => clearPad().device.use();
		await reached("enabled");
		expect(first).toMatchObject({ cause: { extended: "memory" } });
	});

	test("closed while it tries is closed", async () => {
		attached = () => new Promise(() => undefined);
		keeper.start();
		await device.connected();
		await keeper.close();
		expect(keeper.state).toEqual({ state: "closed" });
	});
});
