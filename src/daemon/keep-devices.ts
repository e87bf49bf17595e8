import type { Config, DeviceConfig } from "../config/config.ts";
import { DeviceKeeper } from "../devices/device-keeper.ts";
import type { Driver } from "../devices/driver.ts";
import type { PinPad } from "../devices/pin-pad.ts";
import type { PosPrinter } from "../devices/pos-printer.ts";
import type { Diagnostics } from "../diagnostics/diagnostics.ts";
import { deviceDialect } from "../diagnostics/dialects/device-dialects.ts";
import { drivers } from "../drivers/index.ts";
import type { Clock } from "../kernel/clock.ts";
import { Fault } from "../kernel/fault.ts";
import type { Log } from "../kernel/log.ts";
import { openPort } from "../ports/open-port.ts";

interface KeepingParts {
	readonly diagnostics: Diagnostics;
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
	{ diagnostics, clock, log }: KeepingParts,
): DeviceKeeper<D> {
	const watch = diagnostics.watch({ kind: "device", id }, deviceDialect(driver.id));
	const watched: Driver<D> = {
		...driver,
		attach: (line, own, context) => driver.attach(watch.driverLine(line), own, context),
	};
	const opener = watch.opener(openPort);
	const keeper = new DeviceKeeper({
		id,
		driver: watched,
		port,
		options,
		openPort: opener,
		clock,
		log: log.child({ device: id }),
	});
	watch.follow(keeper.changes);
	return keeper;
}

function driverOf({ id, driver: name }: DeviceConfig): Driver<PinPad> | Driver<PosPrinter> {
	const found = drivers.find((driver) => driver.id === name);
	if (found === undefined) {
		throw new Fault("config_invalid", { detail: `Device ${id}: there is no driver ${name}` });
	}
	return found;
}
