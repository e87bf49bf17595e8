import type { ClearTdesKey } from "../../crypto/clear/clear-keys.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { PersonQueue } from "../pin-pad/person.ts";
import type { PinEntry } from "../pin-pad/pin-entry.ts";
import { KeyStore } from "./key-store.ts";
import type { VisaPadOptions } from "./options.ts";

/** A MAC that is being computed packet by packet. */
export interface MacRun {
	readonly masterKey: string;
	readonly key: ClearTdesKey;
	/** Of the next packet. */
	readonly sequence: number;
	readonly data: Bytes;
}

/** What a loss of power takes away. */
interface VolatileMemory {
	/** Master key chosen by 08. */
	selected: string | undefined;
	engine: number;
	/** What Z2 and Z3 put up. */
	prompt: "none" | "text" | "table";
	display: string;
	entry: PinEntry | undefined;
	macRun: MacRun | undefined;
}

/** All that a packet can see and change. */
export interface PadMemory extends VolatileMemory {
	readonly options: VisaPadOptions;
	readonly clock: Clock;
	readonly keys: KeyStore;
	readonly persons: PersonQueue;
	keyManagement: VisaPadOptions["keyManagement"];
	/** Width of master and session keys, and of DUKPT keys, as 17 sets them. */
	keyMode: string;
	stripsKsn: boolean;
	/** Ends a PIN entry towards the host: with a packet, or with EOT. */
	finish: (outcome: { readonly kind: "reply"; readonly text: string } | { readonly kind: "ended" }) => void;
}

/** Key management as packet 17 sets it: single DES master and session keys, or TDES DUKPT. */
const keyModes = { "master-session": "000", dukpt: "080" } as const;

/** A pad as after switching on for the first time, or with the keys that it remembers. */
export function newPad(options: VisaPadOptions, clock: Clock): PadMemory {
	return {
		...volatileAtStart(),
		options,
		clock,
		keys: new KeyStore(options),
		persons: new PersonQueue(options.persons),
		keyManagement: options.keyManagement,
		keyMode: keyModes[options.keyManagement],
		stripsKsn: options.quirks.stripsKsn,
		finish: () => undefined,
	};
}

/** As after a loss of power. The keys stay. */
export function resetVolatile(pad: PadMemory): void {
	pad.entry?.close();
	Object.assign(pad, volatileAtStart());
}

function volatileAtStart(): VolatileMemory {
	return { selected: undefined, engine: 0, prompt: "none", display: "", entry: undefined, macRun: undefined };
}
