import { z } from "zod";
import { systemClock } from "../kernel/clock.ts";
import { Inbox } from "../kernel/inbox.ts";
import { openTcp } from "../ports/tcp.ts";
import { fromLatin1, latin1 } from "../wire/bytes.ts";

const answerSchema = z.union([
	z.object({ ok: z.literal(true), state: z.unknown().optional() }),
	z.object({ ok: z.literal(false), error: z.string() }),
]);

/** The near end of a simulator's control port. */
export interface ControlClient {
	/** State of the simulator. */
	get(): Promise<unknown>;
	/** Changes its switches. */
	set(changes: unknown): Promise<void>;
	/** Runs a named action. */
	act(action: string): Promise<void>;
	close(): Promise<void>;
}

const answerMs = 5_000;

/**
 * Connects to a control port; requests are answered one after the other.
 * @throws Fault `E_OFFLINE`; later an Error with the simulator's own words when it refuses
 */
export async function openControlClient(port: number): Promise<ControlClient> {
	const lines = new Inbox<string>(systemClock);
	let text = "";
	const listener = {
		onData(bytes: Uint8Array) {
			const parts = (text + fromLatin1(bytes)).split("\n");
			text = parts.pop() ?? "";
			for (const line of parts) {
				lines.push(line);
			}
		},
		onLost: (cause: unknown) => lines.close(cause),
	};
	const address = { kind: "tcp", host: "127.0.0.1", port } as const;
	const socket = await openTcp(address, listener, { clock: systemClock, deadlineMs: answerMs });
	let turn: Promise<unknown> = Promise.resolve();
	const ask = (request: unknown): Promise<unknown> => {
		const answered = turn.then(async () => {
			await socket.write(latin1(`${JSON.stringify(request)}\n`));
			const line = await lines.take({ name: "control port", ms: answerMs });
			const answer = answerSchema.parse(JSON.parse(line));
			if (!answer.ok) {
				throw new Error(answer.error);
			}
			return answer.state;
		});
		turn = answered.catch(() => undefined);
		return answered;
	};
	return {
		get: () => ask({ get: true }),
		set: async (changes) => void (await ask({ set: changes })),
		act: async (action) => void (await ask({ do: action })),
		close: () => socket.close(),
	};
}
