import { z } from "zod";
import { clearTdesKey } from "../../crypto/clear/clear-keys.ts";
import { systemClock } from "../../kernel/clock.ts";
import { fromHex } from "../../wire/hex.ts";
import { openControlPort } from "../control.ts";
import { Cables } from "../pin-pad/cables.ts";
import { personSchema } from "../pin-pad/person.ts";
import { Sightings } from "../pin-pad/sightings.ts";
import { FaultSwitches, faultSchema } from "./faults.ts";
import { initialKeySchema, slotKeySchema, type VisaPadOptions } from "./options.ts";
import { PadLine } from "./pad-line.ts";
import { newPad, type PadMemory, resetVolatile } from "./pad-memory.ts";

/** A virtual pad that is plugged in. */
export interface RunningVisaPad {
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
	masterKeys: z.array(slotKeySchema).optional(),
	initialKeys: z.array(initialKeySchema).optional(),
});

type Changes = z.infer<typeof changesSchema>;

/**
 * Runs a VeriFone 1000SE-style or UIC PP79x pad with its keys and the person in front of it.
 * Control port: `{"set":{…}}` with any of `faults`, `persons` (both replace what was there), `masterKeys` and
 * `initialKeys` (are added); `{"get":true}` gives path, packets seen, counts, faults, occupied places, display and keypad;
 * actions `unplug`, `plug` (at the same path when there is a link) and `lose_keys` (as in an alarm).
 * @throws Fault `address_in_use`, `E_OFFLINE`
 */
export async function runVisaPad(options: VisaPadOptions): Promise<RunningVisaPad> {
	const faults = new FaultSwitches(options.faults);
	const sightings = new Sightings(() => systemClock.now());
	const pad = newPad(options, systemClock);
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
			packets: sightings.commands,
			counts: sightings.counts,
			faults: faults.armed,
			places: pad.keys.places,
			serialNumber: pad.keys.serialNumber,
			keyMode: pad.keyMode,
			display: pad.display,
			keypad: pad.entry?.state.kind ?? "closed",
			personsWaiting: pad.persons.length,
		}),
		actions: {
			unplug,
			async plug() {
				await cables.plug();
			},
			lose_keys() {
				pad.keys.eraseAll();
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
	for (const { slot, key, usage } of changes.masterKeys ?? []) {
		pad.keys.storeSlot(slot, { key: clearTdesKey(fromHex(key)), usage });
	}
	for (const { engine, key, ksn } of changes.initialKeys ?? []) {
		pad.keys.storeEngine(engine, { key: clearTdesKey(fromHex(key)), ksn: fromHex(ksn) });
	}
}
