import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { LedgerEntry } from "../../src/simulators/acquirer/ledger.ts";
import type { BatchBook } from "../../src/simulators/acquirer/settlement.ts";
import { type ControlClient, controlClient } from "./control-client.ts";

export interface AcquirerState {
	readonly ledger: readonly LedgerEntry[];
	readonly batches: readonly BatchBook[];
	readonly violations: readonly { readonly mti: string; readonly rule: string }[];
	readonly counts: Readonly<Record<string, number>>;
	readonly faults: readonly unknown[];
}

/** A virtual acquirer in its own process. */
export interface AcquirerProcess {
	readonly port: number;
	readonly control: ControlClient;
	state(): Promise<AcquirerState>;
	/** Replaces the faults that are switched on. */
	setFaults(...faults: readonly Record<string, unknown>[]): Promise<void>;
	act(action: string): Promise<void>;
	stop(): Promise<void>;
}

export async function startAcquirer(options: Record<string, unknown> = {}): Promise<AcquirerProcess> {
	const script = fileURLToPath(new URL("acquirer-process.ts", import.meta.url));
	const child = spawn(process.execPath, [script, JSON.stringify(options)], { stdio: ["ignore", "pipe", "inherit"] });
	const [line] = await once(createInterface({ input: child.stdout }), "line");
	const { port, controlPort } = JSON.parse(line) as { port: number; controlPort: number };
	const control = controlClient(controlPort);
	const ask = async (request: unknown): Promise<unknown> => {
		const { error, ok, state } = await control.ask(request);
		if (!ok) {
			throw new Error(error);
		}
		return state;
	};
	return {
		port,
		control,
		state: async () => (await ask({ get: true })) as AcquirerState,
		setFaults: async (...faults) => void (await ask({ set: { faults } })),
		act: async (action) => void (await ask({ do: action })),
		async stop() {
			control.close();
			child.kill();
			await once(child, "exit");
		},
	};
}
