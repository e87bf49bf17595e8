import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { Sighting } from "../../src/simulators/pin-pad/sightings.ts";
import { type ControlClient, controlClient } from "./control-client.ts";

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

/** A virtual KMY pad in its own process. */
export interface KmyPadProcess {
	readonly path: string;
	readonly tcpPort: number | undefined;
	readonly control: ControlClient;
	state(): Promise<KmyPadState>;
	/** Asks until the state is as wanted. */
	until(isReached: (state: KmyPadState) => boolean): Promise<KmyPadState>;
	set(changes: Readonly<Record<string, unknown>>): Promise<void>;
	/** Replaces the faults that are switched on. */
	setFaults(...faults: readonly Record<string, unknown>[]): Promise<void>;
	act(action: "unplug" | "plug" | "power_cycle" | "lose_keys"): Promise<void>;
	stop(): Promise<void>;
}

export async function startKmyPad(options: Readonly<Record<string, unknown>> = {}): Promise<KmyPadProcess> {
	const script = fileURLToPath(new URL("kmy-pad-process.ts", import.meta.url));
	const child = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
	child.stdin.end(JSON.stringify(options));
	const [line] = await once(createInterface({ input: child.stdout }), "line");
	const { path, tcpPort, controlPort } = JSON.parse(line) as { path: string; tcpPort?: number; controlPort: number };
	const control = controlClient(controlPort);
	const ask = async (request: unknown): Promise<unknown> => {
		const { error, ok, state } = await control.ask(request);
		if (!ok) {
			throw new Error(error);
		}
		return state;
	};
	const state = async (): Promise<KmyPadState> => (await ask({ get: true })) as KmyPadState;
	const set = async (changes: Readonly<Record<string, unknown>>): Promise<void> => void (await ask({ set: changes }));
	return {
		path,
		tcpPort,
		control,
		state,
		async until(isReached) {
			for (;;) {
				const now = await state();
				if (isReached(now)) {
					return now;
				}
			}
		},
		set,
		setFaults: (...faults) => set({ faults }),
		act: async (action) => void (await ask({ do: action })),
		async stop() {
			control.close();
			child.kill();
			await once(child, "exit");
		},
	};
}
