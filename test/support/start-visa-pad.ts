import { z } from "zod";
import type { Sighting } from "../../src/simulators/pin-pad/sightings.ts";
import { visaPadOptionsSchema } from "../../src/simulators/visa-pad/options.ts";
import { runVisaPad } from "../../src/simulators/visa-pad/run-visa-pad.ts";
import { type SimulatorHands, startSimulator, takeHold } from "./simulator-process.ts";

interface VisaPadState {
	/** Null while unplugged. */
	readonly path: string | null;
	readonly packets: readonly Sighting[];
	readonly counts: Readonly<Record<string, number>>;
	readonly faults: readonly unknown[];
	readonly places: {
		readonly slots: readonly { readonly slot: string; readonly usage: string }[];
		readonly engines: readonly { readonly engine: number; readonly ksn: string }[];
	};
	readonly serialNumber: string;
	readonly keyMode: string;
	readonly display: string;
	readonly keypad: "closed" | "typing";
	readonly personsWaiting: number;
}

type Action = "unplug" | "plug" | "lose_keys";

/** A virtual VISA pad, and the hands that a test has on it. */
export interface VisaPadUnderTest extends SimulatorHands<VisaPadState, Action> {
	readonly path: string;
	readonly tcpPort: number | undefined;
	/** Replaces the faults that are switched on. */
	setFaults(...faults: readonly Record<string, unknown>[]): Promise<void>;
}

const addressesSchema = z.object({ path: z.string(), tcpPort: z.int().optional(), controlPort: z.int() });

type Options = Readonly<Record<string, unknown>>;

/** A pad in its own process. */
export async function startVisaPad(options: Options = {}): Promise<VisaPadUnderTest> {
	const started = await startSimulator(new URL("visa-pad-process.ts", import.meta.url), options, addressesSchema);
	return underTest(started.addresses, () => started.stop());
}

/** A pad in the process of the test, which starts at once. */
export async function openVisaPad(options: Options = {}): Promise<VisaPadUnderTest> {
	const running = await runVisaPad(visaPadOptionsSchema.parse(options));
	return underTest(running, () => running.close());
}

async function underTest(
	{ path, tcpPort, controlPort }: z.output<typeof addressesSchema>,
	stop: () => Promise<void>,
): Promise<VisaPadUnderTest> {
	const hands = await takeHold<VisaPadState, Action>(controlPort, stop);
	return { ...hands, path, tcpPort, setFaults: (...faults) => hands.set({ faults }) };
}
