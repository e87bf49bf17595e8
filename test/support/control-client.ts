import { connect } from "node:net";
import { createInterface } from "node:readline";

export interface ControlClient {
	/** Sends one request line and gives the parsed answer. */
	ask(request: unknown): Promise<{ ok: boolean; error?: string; state?: unknown }>;
	close(): void;
}

/** Talks to the control port of a simulator. */
export function controlClient(port: number): ControlClient {
	const socket = connect({ host: "127.0.0.1", port });
	socket.on("error", () => undefined);
	const lines = createInterface({ input: socket })[Symbol.asyncIterator]();
	let turn: Promise<unknown> = Promise.resolve();
	return {
		ask(request) {
			const answer = turn.then(async () => {
				socket.write(`${typeof request === "string" ? request : JSON.stringify(request)}\n`);
				const line = await lines.next();
				return JSON.parse(String(line.value));
			});
			turn = answer.catch(() => undefined);
			return answer;
		},
		close: () => socket.destroy(),
	};
}
