import { once } from "node:events";
import type { DeviceState } from "../../src/devices/device.ts";
import { DeviceKeeper } from "../../src/devices/device-keeper.ts";
import type { PinPad } from "../../src/devices/pin-pad.ts";
import { kmy350xDriver } from "../../src/drivers/kmy350x/kmy350x-driver.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { openPort } from "../../src/ports/open-port.ts";
import type { PortAddress, SerialAddress } from "../../src/ports/port.ts";
import { silentLog } from "./silent-log.ts";

/** A serial port as these pads want it. */
export function padPort(path: string): SerialAddress {
	return {
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
	};
}

/** The KMY driver on a port, kept open as the daemon does. */
export function keepKmyPad(port: PortAddress, options: Readonly<Record<string, unknown>> = {}): DeviceKeeper<PinPad> {
	const keeper = new DeviceKeeper({
		id: "pad1",
		driver: kmy350xDriver,
		port,
		options,
		openPort,
		clock: systemClock,
		log: silentLog,
	});
	keeper.start();
	return keeper;
}

/** The state as soon as it is the wanted one. */
export async function reached(keeper: DeviceKeeper<PinPad>, state: DeviceState["state"]): Promise<DeviceState> {
	const seen = new EventTarget();
	const stop = keeper.changes.subscribe(() => seen.dispatchEvent(new Event("change")));
	while (keeper.state.state !== state) {
		await once(seen, "change");
	}
	stop();
	return keeper.state;
}
