import { z } from "zod";
import type { Sighting } from "../../src/simulators/pin-pad/sightings.ts";
import { type SimulatorHands, startSimulator, takeHold } from "./simulator-process.ts";

export interface KmyPadState {
	/** Null while unplugged. */
	readonly path: string | null;
	readonly commands: readonly Sighting[];
	readonly counts: Readonly<Record<string, number>>;
	readonly faults: readonly unknown[];
	readonly keySlots: {
		readonly master: readonly number[];
		readonly working: readonly { readonly master: number; readonly slot: number }[];
	};
	readonly masterKeys: "held" | "lost";
	readonly battery: "good" | "weak";
	readonly keypad: "closed" | "typing" | "entered" | "cancelled" | "timedOut";
	readonly personsWaiting: number;
}

type Action = "unplug" | "plug" | "power_cycle" | "lose_keys";

/** A virtual KMY pad in its own process. */
export interface KmyPadProcess extends SimulatorHands<KmyPadState, Action> {
	readonly path: string;
	readonly tcpPort: number | undefined;
	/** Replaces the faults that are switched on. */
	setFaults(...faults: readonly Record<string, unknown>[]): Promise<void>;
}

const addresses = z.object({ path: z.string(), tcpPort: z.int().optional(), controlPort: z.int() });

export async function startKmyPad(options: Readonly<Record<string, unknown>> = {}): Promise<KmyPadProcess> {
	const started = await startSimulator(new URL("kmy-pad-process.ts", import.meta.url), options, addresses);
	const { path, tcpPort, controlPort } = started.addresses;
	const hands = await takeHold<KmyPadState, Action>(controlPort, () => started.stop());
	return { ...hands, path, tcpPort, setFaults: (...faults) => hands.set({ faults }) };
}
