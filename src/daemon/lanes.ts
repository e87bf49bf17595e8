import type { Acquirer } from "../acquirers/acquirer.ts";
import type { Config, LaneConfig } from "../config/config.ts";
import { Fault } from "../kernel/fault.ts";
import { currencyInfo } from "../payments/currency.ts";
import type { Lane } from "../payments/lane.ts";
import type { KeptDevices } from "./keep-devices.ts";

interface LaneParts {
	readonly devices: KeptDevices;
	readonly acquirers: ReadonlyMap<string, Acquirer>;
}

/** The configured lanes with their devices and acquirers in place of names. */
export function lanesOf(config: Config, parts: LaneParts): readonly Lane[] {
	return config.lanes.map((lane) => laneOf(lane, parts));
}

function laneOf(lane: LaneConfig, { devices, acquirers }: LaneParts): Lane {
	const { id, terminalId, merchantId, operator, serialNumber, currency, keys, pin } = lane;
	return {
		id,
		pinPad: named(devices.pinPads, lane.pinPad, `lanes.${id}.pinPad`),
		printer: lane.printer === undefined ? undefined : named(devices.printers, lane.printer, `lanes.${id}.printer`),
		acquirer: named(acquirers, lane.acquirer, `lanes.${id}.acquirer`),
		terminal: { terminalId, merchantId, operator, serialNumber },
		currency: currencyOf(currency),
		keys,
		pin,
		supervised: lane.supervised,
		completion: lane.completion,
		slips: { merchantName: lane.merchantName, language: lane.receiptLanguage, testMode: lane.testMode },
	};
}

function currencyOf(alphabetic: string): Lane["currency"] {
	const info = currencyInfo(alphabetic);
	if (info === undefined) {
		throw new Fault("config_invalid", { detail: `${alphabetic} is no currency of ISO 4217 known here` });
	}
	return { alphabetic, ...info };
}

function named<T>(all: ReadonlyMap<string, T>, name: string, key: string): T {
	const found = all.get(name);
	if (found === undefined) {
		throw new Fault("config_invalid", { detail: `${key}: there is no ${name}`, context: { key } });
	}
	return found;
}
