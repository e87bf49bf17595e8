import { spawn } from "node:child_process";
import { once } from "node:events";
import { createInterface } from "node:readline";
import { fileURLToPath } from "node:url";
import type { z } from "zod";
import { openControlClient } from "../../src/simulators/control-client.ts";

/** A simulator's process: what it said first, and its end. */
interface StartedProcess<Addresses> {
	readonly addresses: Addresses;
	stop(): Promise<void>;
}

/** Starts a script of a simulator; options go as JSON to its stdin, since they may hold keys, addresses come back. */
export async function startSimulator<Addresses>(
	script: URL,
	options: unknown,
	addressesSchema: z.ZodType<Addresses>,
): Promise<StartedProcess<Addresses>> {
	const child = spawn(process.execPath, [fileURLToPath(script)], { stdio: ["pipe", "pipe", "inherit"] });
	child.stdin.end(JSON.stringify(options));
	const [line] = await once(createInterface({ input: child.stdout }), "line");
	return {
		addresses: addressesSchema.parse(JSON.parse(String(line))),
		async stop() {
			child.kill();
			await once(child, "exit");
		},
	};
}

/** A test's hands on a simulator, through its control port. */
export interface SimulatorHands<State, Action extends string> {
	state(): Promise<State>;
	/** Asks until the state is as wanted. */
	until(isReached: (state: State) => boolean): Promise<State>;
	set(changes: Readonly<Record<string, unknown>>): Promise<void>;
	act(action: Action): Promise<void>;
	/** Lets go of the control port, then ends the simulator. */
	stop(): Promise<void>;
}

/** `State` is what the simulator's own code says it answers with. */
export async function takeHold<State, Action extends string>(
	controlPort: number,
	stop: () => Promise<void>,
): Promise<SimulatorHands<State, Action>> {
	const control = await openControlClient(controlPort);
	const state = async (): Promise<State> => (await control.get()) as State;
	return {
		state,
		async until(isReached) {
			for (;;) {
				const now = await state();
				if (isReached(now)) {
					return now;
				}
			}
		},
		set: (changes) => control.set(changes),
		act: (action) => control.act(action),
		async stop() {
			await control.close();
			await stop();
		},
	};
}
