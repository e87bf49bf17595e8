import type { Config, DeviceConfig } from "../config/config.ts";
import { DeviceKeeper } from "../devices/device-keeper.ts";
import type { Driver } from "../devices/driver.ts";
import type { PinPad } from "../devices/pin-pad.ts";
import type { PosPrinter } from "../devices/pos-printer.ts";
import { drivers } from "../drivers/index.ts";
import type { Clock } from "../kernel/clock.ts";
import { Fault } from "../kernel/fault.ts";
import type { Log } from "../kernel/log.ts";
import { openPort } from "../ports/open-port.ts";

interface KeepingParts {
	readonly clock: Clock;
	readonly log: Log;
}

/** The configured devices by id, kept open from `start()` on. */
export interface KeptDevices {
	readonly pinPads: ReadonlyMap<string, DeviceKeeper<PinPad>>;
	readonly printers: ReadonlyMap<string, DeviceKeeper<PosPrinter>>;
	start(): void;
	close(): Promise<void>;
}

export function keepDevices(config: Config, parts: KeepingParts): KeptDevices {
	const pinPads = new Map<string, DeviceKeeper<PinPad>>();
	const printers = new Map<string, DeviceKeeper<PosPrinter>>();
	for (const device of config.devices) {
		const driver = driverOf(device);
		switch (driver.category) {
			case "PinPad":
				pinPads.set(device.id, keeperOf(device, driver, parts));
				break;
			case "PosPrinter":
				printers.set(device.id, keeperOf(device, driver, parts));
				break;
		}
	}
	const all = [...pinPads.values(), ...printers.values()];
	return {
		pinPads,
		printers,
		start() {
			for (const keeper of all) {
				keeper.start();
			}
		},
		async close() {
			await Promise.all(all.map((keeper) => keeper.close()));
		},
	};
}

function keeperOf<D extends PinPad | PosPrinter>(
	{ id, port, options }: DeviceConfig,
	driver: Driver<D>,
	{ clock, log }: KeepingParts,
): DeviceKeeper<D> {
	return new DeviceKeeper({ id, driver, port, options, openPort, clock, log: log.child({ device: id }) });
}

function driverOf({ id, driver: name }: DeviceConfig): Driver<PinPad> | Driver<PosPrinter> {
	const found = drivers.find((driver) => driver.id === name);
	if (found === undefined) {
		throw new Fault("config_invalid", { detail: `Device ${id}: there is no driver ${name}` });
	}
	return found;
}
