import { z } from "zod";
import { clearTdesKey } from "../../crypto/clear/clear-keys.ts";
import { systemClock } from "../../kernel/clock.ts";
import { fromHex } from "../../wire/hex.ts";
import { openControlPort } from "../control.ts";
import { Cables } from "../pin-pad/cables.ts";
import { PersonQueue, personSchema } from "../pin-pad/person.ts";
import { Sightings } from "../pin-pad/sightings.ts";
import { FaultSwitches, faultSchema } from "./faults.ts";
import { KeyStore } from "./key-store.ts";
import { masterKeySchema, type PadOptions } from "./options.ts";
import { PadLine } from "./pad-line.ts";
import { type PadMemory, resetVolatile, volatileAtStart } from "./pad-memory.ts";

/** A virtual pad that is plugged in. */
export interface RunningPad {
	/** What a serial port opens. */
	readonly path: string;
	/** Of the TCP listener; undefined when none was asked for. */
	readonly tcpPort: number | undefined;
	readonly controlPort: number;
	close(): Promise<void>;
}

const changesSchema = z.strictObject({
	faults: z.array(faultSchema).optional(),
	persons: z.array(personSchema).optional(),
	masterKeys: z.array(masterKeySchema).optional(),
	battery: z.enum(["good", "weak"]).optional(),
});

type Changes = z.infer<typeof changesSchema>;

/**
 * Runs a KMY350x or SZZT ZT C70/C90 pad with its keys and the person in front of it.
 * Control port: `{"set":{…}}` with any of `faults`, `persons` (both replace what was there), `masterKeys` (are added)
 * and `battery`; `{"get":true}` gives path, commands seen, counts, faults, occupied key slots and the keypad;
 * actions `unplug`, `plug` (at the same path when there is a link), `power_cycle` and `lose_keys` (as in an alarm).
 * @throws Fault `address_in_use`, `E_OFFLINE`
 */
export async function runKmyPad(options: PadOptions): Promise<RunningPad> {
	const faults = new FaultSwitches(options.faults);
	const sightings = new Sightings(() => systemClock.now());
	const pad: PadMemory = {
		...volatileAtStart(options),
		options,
		clock: systemClock,
		keys: new KeyStore(options),
		persons: new PersonQueue(options.persons),
		battery: options.battery,
	};
	const cables = new Cables({
		link: options.link,
		tcp: options.tcp,
		openLine: (write) => new PadLine({ pad, faults, sightings, write, unplug: () => void unplug() }),
	});
	/** A pad without its cable has no power. */
	const unplug = (): Promise<void> => {
		resetVolatile(pad);
		return cables.unplug();
	};
	const path = await cables.plug();
	const control = await openControlPort(options.controlPort, {
		set: (changes) => apply(changesSchema.parse(changes), pad, faults),
		get: () => ({
			path: cables.path ?? null,
			commands: sightings.commands,
			counts: sightings.counts,
			faults: faults.armed,
			keySlots: pad.keys.slots,
			masterKeys: pad.keys.state,
			battery: pad.battery,
			keypad: pad.entry?.state.kind ?? "closed",
			personsWaiting: pad.persons.length,
		}),
		actions: {
			unplug,
			async plug() {
				await cables.plug();
			},
			/** The line stays, as behind an adapter; everything but the keys is forgotten. */
			power_cycle() {
				resetVolatile(pad);
			},
			lose_keys() {
				pad.keys.erase("lost");
			},
		},
	});
	return {
		path,
		tcpPort: cables.tcpPort,
		controlPort: control.port,
		async close() {
			await control.close();
			await unplug();
		},
	};
}

function apply(changes: Changes, pad: PadMemory, faults: FaultSwitches): void {
	faults.set(changes.faults ?? faults.armed);
	if (changes.persons !== undefined) {
		pad.persons.set(changes.persons);
	}
	for (const { slot, key } of changes.masterKeys ?? []) {
		pad.keys.storeMaster(slot, clearTdesKey(fromHex(key)));
	}
	pad.battery = changes.battery ?? pad.battery;
}
