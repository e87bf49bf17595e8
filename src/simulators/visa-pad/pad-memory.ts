import type { ClearTdesKey } from "../../crypto/clear/clear-keys.ts";
import type { Clock } from "../../kernel/clock.ts";
import type { Bytes } from "../../wire/bytes.ts";
import type { PersonQueue } from "../kmy-pad/person.ts";
import type { PinEntry } from "../kmy-pad/pin-entry.ts";
import type { KeyStore } from "./key-store.ts";
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

export function volatileAtStart(): VolatileMemory {
	return { selected: undefined, engine: 0, prompt: "none", display: "", entry: undefined, macRun: undefined };
}

/** As after switching on. The keys stay. */
export function resetVolatile(pad: PadMemory): void {
	pad.entry?.close();
	Object.assign(pad, volatileAtStart());
}
