import { z } from "zod";
import { asFault } from "../kernel/fault.ts";
import { listenTcp, type TcpConnection } from "../ports/tcp-listen.ts";
import { fromLatin1, latin1 } from "../wire/bytes.ts";

/** What a simulator lets a test, or a curious person with `nc`, do to it. */
export interface ControlHandlers {
	/** Changes switches; refuses with an error what it does not know. */
	set(changes: unknown): void;
	/** Everything worth looking at: switches, counters, state. JSON values only. */
	get(): unknown;
	/** Named actions: "unplug", "plug", … */
	readonly actions: Readonly<Record<string, () => void | Promise<void>>>;
}

export interface ControlPort {
	readonly port: number;
	close(): Promise<void>;
}

const requestSchema = z.union([
	z.strictObject({ set: z.unknown() }),
	z.strictObject({ get: z.literal(true) }),
	z.strictObject({ do: z.string() }),
]);

/** A longer line is not a request: whoever sends it is cut off. */
const maxLine = 65_536;

/**
 * Opens the control port of a simulator on loopback: one JSON request a line, one JSON answer a line, in order.
 * `{"set":{…}}` and `{"do":"unplug"}` answer `{"ok":true}`, `{"get":true}` answers `{"ok":true,"state":…}`,
 * everything else `{"ok":false,"error":"…"}`.
 */
export async function openControlPort(port: number, handlers: ControlHandlers): Promise<ControlPort> {
	const listener = await listenTcp({
		host: "127.0.0.1",
		port,
		onConnection: (connection) => serve(connection, handlers),
	});
	return { port: listener.port, close: () => listener.close() };
}

function serve(connection: TcpConnection, handlers: ControlHandlers): void {
	let text = "";
	let turn: Promise<void> = Promise.resolve();
	const reply = async (line: string): Promise<void> => {
		connection.write(latin1(`${asciiJson(await answer(line, handlers))}\n`));
	};
	connection.onData((bytes) => {
		text += fromLatin1(bytes);
		const lines = text.split("\n");
		text = lines.pop() ?? "";
		if (text.length > maxLine) {
			connection.destroy();
			return;
		}
		for (const line of lines.filter((line) => line.trim() !== "")) {
			turn = turn.then(() => reply(line));
		}
	});
}

async function answer(line: string, handlers: ControlHandlers): Promise<unknown> {
	try {
		const request = requestSchema.parse(JSON.parse(line));
		if ("get" in request) {
			return { ok: true, state: handlers.get() };
		}
		if ("set" in request) {
			handlers.set(request.set);
			return { ok: true };
		}
		const action = handlers.actions[request.do];
		if (action === undefined) {
			return { ok: false, error: `no action "${request.do}", try ${Object.keys(handlers.actions).join(", ")}` };
		}
		await action();
		return { ok: true };
	} catch (thrown) {
		return { ok: false, error: asFault(thrown).message };
	}
}

/** JSON in ASCII, so that the line can be counted in bytes. */
function asciiJson(value: unknown): string {
	return JSON.stringify(value).replace(/[\u0080-\uffff]/g, (character) => {
		return `\\u${character.charCodeAt(0).toString(16).padStart(4, "0")}`;
	});
}
