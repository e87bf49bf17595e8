import type { Bytes } from "../../wire/bytes.ts";
import type { PinEntry } from "../pin-pad/pin-entry.ts";

/** How a command ended. */
export type Outcome =
	| {
			readonly kind: "ok";
			readonly data?: Bytes;
			/** Starts once the answer has left. */
			readonly entry?: PinEntry;
	  }
	| { readonly kind: "refused" | "timedOut" | "unknown" | "selfTestKeysLost" };

export interface Health {
	readonly masterKeys: "held" | "lost";
	readonly battery: "good" | "weak";
}

const refused: Outcome = { kind: "refused" };

/** The outcome of a command whose data cannot be used. */
export function refuse(): Outcome {
	return refused;
}

/** The status byte of an outcome, which also says how the pad is. Lost keys are told before a weak battery. */
export function statusOf(kind: Outcome["kind"], health: Health): number {
	switch (kind) {
		case "ok":
			return marked(health, { sound: 0x04, keysLost: 0xa4, batteryWeak: 0xc4 });
		case "refused":
			return marked(health, { sound: 0x15, keysLost: 0xb5, batteryWeak: 0xd5 });
		case "timedOut":
			return 0x80;
		case "unknown":
			return 0xe0;
		case "selfTestKeysLost":
			return 0xf6;
	}
}

function marked(
	{ masterKeys, battery }: Health,
	bytes: { readonly sound: number; readonly keysLost: number; readonly batteryWeak: number },
): number {
	if (masterKeys === "lost") {
		return bytes.keysLost;
	}
	return battery === "weak" ? bytes.batteryWeak : bytes.sound;
}
