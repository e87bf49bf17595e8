import { type ClearTdesKey, clearTdesKey } from "../../crypto/clear/clear-keys.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { PersonQueue } from "../pin-pad/person.ts";
import type { PinEntry } from "../pin-pad/pin-entry.ts";
import type { KeyStore, WorkingSlot } from "./key-store.ts";
import type { PadOptions } from "./options.ts";
import { type KeyCipher, type PadSettings, settingsAtStart } from "./settings.ts";

/** What a loss of power takes away. */
interface VolatileMemory {
	settings: PadSettings;
	active: WorkingSlot | undefined;
	/** The 12 digits of the PAN that 34 brought. */
	panDigits: string | undefined;
	entry: PinEntry | undefined;
	/** What the PIN of `entry` is mixed with. */
	entryPan: string;
}

/** All that a command can see and change. */
export interface PadMemory extends VolatileMemory {
	readonly options: PadOptions;
	readonly clock: Clock;
	readonly keys: KeyStore;
	readonly persons: PersonQueue;
	battery: "good" | "weak";
}

export function volatileAtStart({ quirks }: PadOptions): VolatileMemory {
	return {
		settings: settingsAtStart(quirks.cipherAtStart),
		active: undefined,
		panDigits: undefined,
		entry: undefined,
		entryPan: "",
	};
}

/** As after switching on: settings at their start, nothing active, no PIN. The keys stay. */
export function resetVolatile(pad: PadMemory): void {
	pad.entry?.close();
	Object.assign(pad, volatileAtStart(pad.options));
}

/** The active working key as 46 01 says it is used. */
export function activeKey(pad: PadMemory): ClearTdesKey | undefined {
	const key = pad.active === undefined ? undefined : pad.keys.working(pad.active);
	return key === undefined ? undefined : keyFor(pad.settings.workingCipher, key);
}

/** A stored key as it is used: the first eight bytes for single DES, else all of it. */
export function keyFor(cipher: KeyCipher, key: ClearTdesKey): ClearTdesKey {
	return cipher === "des" ? clearTdesKey(key.slice(0, 8)) : key;
}
