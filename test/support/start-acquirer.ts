import { z } from "zod";
import type { LedgerEntry } from "../../src/simulators/acquirer/ledger.ts";
import type { BatchBook } from "../../src/simulators/acquirer/settlement.ts";
import { type SimulatorHands, startSimulator, takeHold } from "./simulator-process.ts";

export interface AcquirerState {
	readonly ledger: readonly LedgerEntry[];
	readonly batches: readonly BatchBook[];
	readonly violations: readonly { readonly mti: string; readonly rule: string }[];
	readonly counts: Readonly<Record<string, number>>;
	readonly faults: readonly unknown[];
}

/** A virtual acquirer in its own process. */
export interface AcquirerProcess extends SimulatorHands<AcquirerState, string> {
	readonly port: number;
	/** Replaces the faults that are switched on. */
	setFaults(...faults: readonly Record<string, unknown>[]): Promise<void>;
}

const addresses = z.object({ port: z.int(), controlPort: z.int() });

export async function startAcquirer(options: Record<string, unknown> = {}): Promise<AcquirerProcess> {
	const started = await startSimulator(new URL("acquirer-process.ts", import.meta.url), options, addresses);
	const { port, controlPort } = started.addresses;
	const hands = await takeHold<AcquirerState, string>(controlPort, () => started.stop());
	return { ...hands, port, setFaults: (...faults) => hands.set({ faults }) };
}
