import { afterEach, beforeEach, describe, expect, test } from "vitest";
import type { ExchangeOptions, HostLine, Unmatched } from "../../src/acquirers/host-line.ts";
import { type HostLineOptions, openHostLine } from "../../src/acquirers/open-host-line.ts";
import type { HostMessage } from "../../src/acquirers/profile.ts";
import { isFault } from "../../src/kernel/fault.ts";
import { openPort } from "../../src/ports/open-port.ts";
import type { OpenPort, PortListener } from "../../src/ports/port.ts";
import { fromLatin1, latin1 } from "../../src/wire/bytes.ts";
import { lengthPrefixFraming } from "../../src/wire/length-prefix-framing.ts";
import { ManualClock, settle } from "../support/manual-clock.ts";
import { present } from "../support/present.ts";
import { silentLog } from "../support/silent-log.ts";
import { framed, type ScriptedHost, scriptedHost } from "./scripted-host.ts";

const clock = new ManualClock();
const opened: { close(): Promise<void> }[] = [];

afterEach(async () => {
	await Promise.all(opened.splice(0).map((one) => one.close()));
});

async function aHost(port = 0): Promise<ScriptedHost> {
	const host = await scriptedHost(port);
	opened.push(host);
	return host;
}

/** A port that nobody listens on. */
async function freePort(): Promise<number> {
	const host = await scriptedHost();
	await host.close();
	return host.port;
}

function aLine(ports: readonly [number, ...number[]], own: Partial<HostLineOptions> = {}): HostLine {
	const [first, ...rest] = ports.map((port) => ({ kind: "tcp", host: "127.0.0.1", port }) as const);
	const line = openHostLine({
		hosts: [present(first, "host"), ...rest],
		mode: "per_exchange",
		framing: lengthPrefixFraming({ maxPayload: 2048 }),
		connectMs: 5000,
		openPort,
		correlate: (message) => /^(\S+) /.exec(fromLatin1(message))?.[1],
		clock,
		log: silentLog,
		...own,
	});
	opened.push(line);
	return line;
}

const request = (key: string): HostMessage => ({ bytes: latin1(`${key} please`), correlation: key, label: key });

/** What an exchange did, in order. */
function traced(steps: string[], own: Partial<ExchangeOptions> = {}): ExchangeOptions {
	return {
		answerMs: 60_000,
		beforeSend: async () => void steps.push("before"),
		onSent: () => steps.push("sent"),
		...own,
	};
}

async function codeOf(outcome: Promise<unknown>): Promise<string> {
	try {
		await outcome;
		return "answered";
	} catch (thrown) {
		return isFault(thrown) ? thrown.code : String(thrown);
	}
}

/** Waits until something is true of real sockets. */
async function until(condition: () => boolean): Promise<void> {
	while (!condition()) {
		await new Promise((resolve) => setImmediate(resolve));
	}
}

async function answerOf(line: HostLine, key: string, own: Partial<ExchangeOptions> = {}): Promise<string> {
	return fromLatin1(await line.exchange(request(key), traced([], own)));
}

const echoing = (host: ScriptedHost): void => {
	host.onMessage = (text, connection) => connection.write(framed(text.replace("please", "done")));
};

describe.each(["per_exchange", "kept_open"] as const)("a line %s", (mode) => {
	let host: ScriptedHost;
	let line: HostLine;

	beforeEach(async () => {
		host = await aHost();
		line = aLine([host.port], { mode });
	});

	test("sends, in the promised order, and gives the answer", async () => {
		echoing(host);
		const steps: string[] = [];
		host.onConnection = () => steps.push("connected");
		const answer = await line.exchange(request("a"), traced(steps));
		expect(fromLatin1(answer)).toBe("a done");
		expect(steps.toSorted()).toEqual(["before", "connected", "sent"]);
		expect(steps.indexOf("before")).toBeLessThan(steps.indexOf("sent"));
	});

	test("no byte leaves before beforeSend has ended, and none when it fails", async () => {
		echoing(host);
		const durable = Promise.withResolvers<void>();
		const outcome = answerOf(line, "a", { beforeSend: () => durable.promise });
		await until(() => host.connections.length === 1);
		await settle();
		expect(host.messages).toEqual([]);
		durable.reject(new Error("disk full"));
		await expect(outcome).rejects.toThrow("disk full");
		expect(await answerOf(line, "b")).toBe("b done");
		expect(host.messages).toEqual(["b please"]);
	});

	test("nobody listens: host_unreachable, beforeSend has not run", async () => {
		const steps: string[] = [];
		const dead = aLine([await freePort()], { mode });
		expect(await codeOf(dead.exchange(request("a"), traced(steps)))).toBe("host_unreachable");
		expect(steps).toEqual([]);
		expect(dead.state.state).toBe("down");
	});

	test("the standby is used when the primary does not connect", async () => {
		echoing(host);
		const both = aLine([await freePort(), host.port], { mode });
		expect(await answerOf(both, "a")).toBe("a done");
	});

	test("cut while beforeSend runs: host_line_lost, since it counts as sent", async () => {
		const outcome = line.exchange(
			request("a"),
			traced([], {
				async beforeSend() {
					await until(() => host.connections.length === 1);
					host.connections[0]?.destroy();
					await until(() => line.state.state === "down");
				},
			}),
		);
		expect(await codeOf(outcome)).toBe("host_line_lost");
		expect(host.messages).toEqual([]);
	});

	test("cut after sending: host_line_lost", async () => {
		host.onMessage = (_text, connection) => connection.destroy();
		expect(await codeOf(answerOf(line, "a"))).toBe("host_line_lost");
		expect(line.state).toMatchObject({ state: "down" });
	});

	test("hung up politely after sending: host_line_lost", async () => {
		host.onMessage = (_text, connection) => connection.close();
		expect(await codeOf(answerOf(line, "a"))).toBe("host_line_lost");
	});

	test("no answer: host_silent after exactly answerMs", async () => {
		const steps: string[] = [];
		const outcome = codeOf(line.exchange(request("a"), traced(steps)));
		await until(() => steps.includes("sent"));
		await clock.advance(59_999);
		expect(await Promise.race([outcome, settle()])).toBeUndefined();
		await clock.advance(1);
		expect(await outcome).toBe("host_silent");
	});

	test("foreign, late and unreadable answers are reported and the wait goes on", async () => {
		const unmatched: Unmatched[] = [];
		line.unmatched.subscribe((event) => unmatched.push(event));
		host.onMessage = (_text, connection) => {
			connection.write(framed("other done"));
			connection.write(framed("garbage"));
			connection.write(framed("a done"));
			connection.write(framed("a done"));
		};
		expect(await answerOf(line, "a")).toBe("a done");
		expect(unmatched.slice(0, 2).map(({ kind }) => kind)).toEqual(["unasked", "unreadable"]);
	});

	test("only foreign answers: host_silent in the end", async () => {
		host.onMessage = (_text, connection) => connection.write(framed("other done"));
		const unmatched: Unmatched[] = [];
		line.unmatched.subscribe((event) => unmatched.push(event));
		const outcome = codeOf(answerOf(line, "a"));
		await until(() => unmatched.length === 1);
		await clock.advance(60_000);
		expect(await outcome).toBe("host_silent");
	});

	test("an answer cut into single bytes is one answer", async () => {
		host.onMessage = (_text, connection) => {
			for (const byte of framed("a done")) {
				connection.write(Uint8Array.of(byte));
			}
		};
		expect(await answerOf(line, "a")).toBe("a done");
	});

	test.each([
		["zero", [0, 0]],
		["2049", [0x08, 0x01]],
	])("a length of %s is a fault of the line", async (_length, bytes) => {
		host.onMessage = (_text, connection) => connection.write(Uint8Array.from(bytes));
		expect(await codeOf(answerOf(line, "a"))).toBe("host_line_lost");
		echoing(host);
		expect(await answerOf(line, "b")).toBe("b done");
	});

	test("the same key twice at a time is refused before anything is sent", async () => {
		const first = answerOf(line, "a");
		const steps: string[] = [];
		expect(await codeOf(line.exchange(request("a"), traced(steps)))).toBe("host_exchange_pending");
		expect(steps).toEqual([]);
		await until(() => host.messages.length === 1);
		host.connections[0]?.write(framed("a done"));
		expect(await first).toBe("a done");
	});

	test("an abort ends the wait with its reason", async () => {
		const stop = new AbortController();
		const outcome = answerOf(line, "a", { signal: stop.signal });
		await until(() => host.messages.length === 1);
		stop.abort(new Error("enough"));
		await expect(outcome).rejects.toThrow("enough");
		await expect(answerOf(line, "b", { signal: stop.signal })).rejects.toThrow("enough");
	});

	test("closing the line ends what is under way and refuses what comes after", async () => {
		const outcome = codeOf(answerOf(line, "a"));
		await until(() => host.messages.length === 1);
		await line.close();
		expect(await outcome).toBe("host_line_lost");
		expect(await codeOf(answerOf(line, "b"))).toBe("host_unreachable");
	});
});

describe("a line per exchange", () => {
	test("connects for each exchange and hangs up after it", async () => {
		const host = await aHost();
		echoing(host);
		const line = aLine([host.port]);
		let closed = 0;
		host.onConnection = (connection) => connection.onClosed(() => (closed += 1));
		await answerOf(line, "a");
		await answerOf(line, "b");
		await until(() => closed === 2);
		expect(host.connections).toHaveLength(2);
		expect(line.state).toEqual({ state: "idle" });
	});

	test("lost between connecting and beforeSend: nothing was sent, host_unreachable", async () => {
		const steps: string[] = [];
		const line = aLine([1], {
			async openPort(_address, listener: PortListener): Promise<OpenPort> {
				const { Fault } = await import("../../src/kernel/fault.ts");
				listener.onLost(new Fault("E_NOHARDWARE"));
				return { label: "gone", write: () => Promise.resolve(), close: () => Promise.resolve() };
			},
		});
		expect(await codeOf(line.exchange(request("a"), traced(steps)))).toBe("host_unreachable");
		expect(steps).toEqual([]);
	});

	test("aborted while connecting: the reason, and nothing was sent", async () => {
		const stop = new AbortController();
		const line = aLine([1], {
			openPort: (_address, _listener, { signal }) =>
				new Promise((_resolve, reject) => signal?.addEventListener("abort", () => reject(signal.reason))),
		});
		const steps: string[] = [];
		const outcome = line.exchange(request("a"), traced(steps, { signal: stop.signal }));
		stop.abort(new Error("enough"));
		await expect(outcome).rejects.toThrow("enough");
		expect(steps).toEqual([]);
	});
});

describe("a line kept open", () => {
	let host: ScriptedHost;
	let line: HostLine;

	beforeEach(async () => {
		host = await aHost();
		line = aLine([host.port], { mode: "kept_open" });
	});

	test("256 exchanges share one connection and few writes; each gets its own answer", async () => {
		const asked: string[] = [];
		host.onMessage = (text, connection) => {
			asked.push(text);
			if (asked.length === 256) {
				for (const one of asked.toReversed()) {
					connection.write(framed(one.replace("please", "done")));
				}
			}
		};
		const keys = Array.from({ length: 256 }, (_, index) => `k${index}`);
		const answers = await Promise.all(keys.map((key) => answerOf(line, key)));
		expect(answers).toEqual(keys.map((key) => `${key} done`));
		expect(host.connections).toHaveLength(1);
		expect(host.chunks()).toBeLessThan(10);
		expect(line.state).toMatchObject({ state: "up", host: `127.0.0.1:${host.port}` });
	});

	test("a line the host closed while idle is connected again before sending", async () => {
		echoing(host);
		expect(await answerOf(line, "a")).toBe("a done");
		host.connections[0]?.close();
		await until(() => line.state.state === "down");
		expect(await answerOf(line, "b")).toBe("b done");
		expect(host.connections).toHaveLength(2);
	});

	test("one exchange that gives up while connecting does not take the connection from the others", async () => {
		echoing(host);
		const stop = new AbortController();
		const first = answerOf(line, "a", { signal: stop.signal });
		const second = answerOf(line, "b");
		stop.abort(new Error("enough"));
		await expect(first).rejects.toThrow("enough");
		expect(await second).toBe("b done");
		expect(host.connections).toHaveLength(1);
	});

	test("a dead line is replaced before the next request, and one that speaks again is not", async () => {
		const silent = codeOf(answerOf(line, "a"));
		await until(() => host.messages.length === 1);
		await clock.advance(60_000);
		expect(await silent).toBe("host_silent");
		echoing(host);
		expect(await answerOf(line, "b")).toBe("b done");
		expect(host.connections).toHaveLength(2);

		host.onMessage = () => undefined;
		const slow = codeOf(answerOf(line, "c"));
		await until(() => host.messages.includes("c please"));
		await clock.advance(60_000);
		expect(await slow).toBe("host_silent");
		const late = new Promise<Unmatched>((resolve) => line.unmatched.subscribe(resolve));
		host.connections[1]?.write(framed("c done"));
		expect(await late).toMatchObject({ kind: "late", correlation: "c" });
		echoing(host);
		expect(await answerOf(line, "d")).toBe("d done");
		expect(host.connections).toHaveLength(2);
	});

	test("what is still under way on a dead line may still be answered there", async () => {
		const silent = codeOf(answerOf(line, "a", { answerMs: 1000 }));
		await until(() => host.messages.length === 1);
		const patient = answerOf(line, "b");
		await until(() => host.messages.length === 2);
		await clock.advance(1000);
		expect(await silent).toBe("host_silent");
		echoing(host);
		expect(await answerOf(line, "c")).toBe("c done");
		host.connections[0]?.write(framed("b done"));
		expect(await patient).toBe("b done");
		expect(host.connections).toHaveLength(2);
	});

	test("a lost line fails all that is under way on it", async () => {
		const outcomes = ["a", "b", "c"].map((key) => codeOf(answerOf(line, key)));
		await until(() => host.messages.length === 3);
		host.connections[0]?.destroy();
		expect(await Promise.all(outcomes)).toEqual(["host_line_lost", "host_line_lost", "host_line_lost"]);
	});
});
