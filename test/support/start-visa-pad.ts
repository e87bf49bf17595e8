import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import { z } from "zod";
import type { Sighting } from "../../src/simulators/pin-pad/sightings.ts";
import { visaPadOptionsSchema } from "../../src/simulators/visa-pad/options.ts";
import { runVisaPad } from "../../src/simulators/visa-pad/run-visa-pad.ts";
import { type ControlClient, controlClient } from "./control-client.ts";

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

/** A virtual VISA pad, and the hands that a test has on it. */
export interface VisaPadUnderTest {
	readonly path: string;
	readonly tcpPort: number | undefined;
	readonly control: ControlClient;
	state(): Promise<VisaPadState>;
	/** Asks until the state is as wanted. */
	until(isReached: (state: VisaPadState) => boolean): Promise<VisaPadState>;
	set(changes: Readonly<Record<string, unknown>>): Promise<void>;
	/** Replaces the faults that are switched on. */
	setFaults(...faults: readonly Record<string, unknown>[]): Promise<void>;
	act(action: "unplug" | "plug" | "lose_keys"): Promise<void>;
	stop(): Promise<void>;
}

const addressesSchema = z.object({ path: z.string(), tcpPort: z.number().optional(), controlPort: z.number() });

type Options = Readonly<Record<string, unknown>>;

interface Addresses {
	readonly path: string;
	readonly tcpPort?: number | undefined;
	readonly controlPort: number;
}

/** A pad in its own process. */
export async function startVisaPad(options: Options = {}): Promise<VisaPadUnderTest> {
	const script = fileURLToPath(new URL("visa-pad-process.ts", import.meta.url));
	const child = spawn(process.execPath, [script], { stdio: ["pipe", "pipe", "inherit"] });
	child.stdin.end(JSON.stringify(options));
	const [line] = await once(createInterface({ input: child.stdout }), "line");
	return underTest(addressesSchema.parse(JSON.parse(String(line))), async () => {
		child.kill();
		await once(child, "exit");
	});
}

/** A pad in the process of the test, which starts at once. */
export async function openVisaPad(options: Options = {}): Promise<VisaPadUnderTest> {
	const running = await runVisaPad(visaPadOptionsSchema.parse(options));
	return underTest(running, () => running.close());
}

function underTest({ path, tcpPort, controlPort }: Addresses, stop: () => Promise<void>): VisaPadUnderTest {
	const control = controlClient(controlPort);
	const ask = async (request: unknown): Promise<unknown> => {
		const { error, ok, state } = await control.ask(request);
		if (!ok) {
			throw new Error(error);
		}
		return state;
	};
	const state = async (): Promise<VisaPadState> => (await ask({ get: true })) as VisaPadState;
	const set = async (changes: Options): Promise<void> => void (await ask({ set: changes }));
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
			await stop();
		},
	};
}
