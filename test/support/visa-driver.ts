import { DeviceKeeper } from "../../src/devices/device-keeper.ts";
import type { DriverLine } from "../../src/devices/driver.ts";
import type { PinEntryRequest } from "../../src/devices/pin-pad.ts";
import type { VisaPad } from "../../src/drivers/visa1000se/visa-pad.ts";
import { visa1000seDriver } from "../../src/drivers/visa1000se/visa1000se-driver.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { openPort } from "../../src/ports/open-port.ts";
import type { PortAddress } from "../../src/ports/port.ts";
import { Sightings } from "../../src/simulators/pin-pad/sightings.ts";
import { FaultSwitches } from "../../src/simulators/visa-pad/faults.ts";
import { visaPadOptionsSchema } from "../../src/simulators/visa-pad/options.ts";
import { PadLine } from "../../src/simulators/visa-pad/pad-line.ts";
import { newPad } from "../../src/simulators/visa-pad/pad-memory.ts";
import { type Bytes, latin1 } from "../../src/wire/bytes.ts";
import { fromHex, toHex } from "../../src/wire/hex.ts";
import { padPort } from "./kept-pad.ts";
import { silentLog } from "./silent-log.ts";

type Options = Readonly<Record<string, unknown>>;

export const pan = "4111111111111111";

/** The line settings these pads come with. */
export function visaPort(path: string): PortAddress {
	return { ...padPort(path), ...visa1000seDriver.serialDefaults };
}

/** The VISA driver on a port, kept open as the daemon does. */
export function keepVisaPad(port: PortAddress, options: Options = {}): DeviceKeeper<VisaPad> {
	const keeper = new DeviceKeeper<VisaPad>({
		id: "pad1",
		driver: visa1000seDriver,
		port,
		options: { acknowledgeMs: 500, replyMs: 1_000, closingMs: 500, ...options },
		openPort,
		clock: systemClock,
		log: silentLog,
	});
	keeper.start();
	return keeper;
}

/** The next time the pad is there, after whatever is going on now. */
export async function enabled(keeper: DeviceKeeper<VisaPad>): Promise<VisaPad> {
	for (;;) {
		if (keeper.state.state === "enabled") {
			return keeper.use();
		}
		await nextChange(keeper);
	}
}

export function nextChange(keeper: DeviceKeeper<VisaPad>): Promise<void> {
	const changed = Promise.withResolvers<void>();
	const stop = keeper.changes.subscribe(() => {
		stop();
		changed.resolve();
	});
	return changed.promise;
}

/** A PIN entry for `pan` as the payments ask for it. */
export function pinRequest(changes: Partial<PinEntryRequest> = {}): PinEntryRequest {
	return {
		panDigits: latin1(pan.slice(-13, -1)),
		at: { master: 0, slot: 1 },
		minLength: 4,
		maxLength: 12,
		timeoutMs: 5_000,
		onKey: () => undefined,
		...changes,
	};
}

/** The driver on a virtual pad without a port between them: what the pad says arrives in pieces of this size. */
export function attachInPieces(pieceSize: number, padOptions: Options): Promise<VisaPad> {
	const { line, say } = memoryLine((bytes) => pad.receive(bytes));
	const pad = new PadLine({
		pad: newPad(visaPadOptionsSchema.parse(padOptions), systemClock),
		faults: new FaultSwitches([]),
		sightings: new Sightings(() => 0),
		unplug: () => undefined,
		write(bytes) {
			for (let at = 0; at < bytes.length; at += pieceSize) {
				say(bytes.slice(at, at + pieceSize));
			}
		},
	});
	return attach(line, {});
}

/** Starts the driver on a pad that says what `answer` makes of each thing it hears; gives all that it heard, as hex. */
export async function heardAtStart(answer: (heard: string) => string, driverOptions: Options): Promise<string[]> {
	const heard: string[] = [];
	const { line, say } = memoryLine((bytes) => {
		heard.push(toHex(bytes));
		say(fromHex(answer(toHex(bytes))));
	});
	await attach(line, driverOptions).catch(() => undefined);
	return heard;
}

function attach(line: DriverLine, driverOptions: Options): Promise<VisaPad> {
	const context = { clock: systemClock, log: silentLog, signal: new AbortController().signal };
	return visa1000seDriver.attach(line, visa1000seDriver.options.parse(driverOptions), context);
}

function memoryLine(heard: (bytes: Bytes) => void): {
	readonly line: DriverLine;
	readonly say: (bytes: Bytes) => void;
} {
	const lost = new AbortController();
	let deliver: (bytes: Bytes) => void = () => undefined;
	return {
		say: (bytes) => deliver(bytes),
		line: {
			label: "memory",
			lost: lost.signal,
			async write(bytes) {
				heard(Uint8Array.from(bytes));
			},
			onData(reader) {
				deliver = reader;
			},
			giveUp: (cause) => lost.abort(cause),
		},
	};
}
