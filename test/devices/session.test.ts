import { afterEach, beforeEach, describe, expect, test } from "vitest";
import { type OpenLine, openLine } from "../../src/devices/open-line.ts";
import { Session } from "../../src/devices/session.ts";
import { systemClock } from "../../src/kernel/clock.ts";
import { Fault } from "../../src/kernel/fault.ts";
import { openPort } from "../../src/ports/open-port.ts";
import { concatBytes, latin1 } from "../../src/wire/bytes.ts";
import { kmyFraming } from "../../src/wire/kmy-framing.ts";
import { type FarEnd, type ScriptedDevice, scriptedDevice } from "../support/scripted-device.ts";
import { silentLog } from "../support/silent-log.ts";

const clock = systemClock;
const soon = { name: "answer", ms: 2_000, code: "E_TIMEOUT" } as const;
const ask = Uint8Array.of(0x30);
const ok = kmyFraming.encode(Uint8Array.of(0x04));

let device: ScriptedDevice;
let line: OpenLine;
let far: FarEnd;
let session: Session;

beforeEach(async () => {
	device = await scriptedDevice();
	const signal = new AbortController().signal;
	line = await openLine(device.address, { openPort, clock, deadlineMs: 2_000, signal });
	far = await device.connected();
	session = new Session({ line, framing: kmyFraming, clock, log: silentLog });
});

afterEach(async () => {
	await line.close();
	await device.close();
});

describe("a session", () => {
	test("keeps frames that arrive in one chunk, in order", async () => {
		const frames = await session.converse(async (turn) => {
			await turn.send(ask);
			await far.heard(8);
			far.say(Buffer.concat([ok, Uint8Array.of(0x2a), kmyFraming.encode(Uint8Array.of(0x15))]));
			return [await turn.next(soon), await turn.next(soon), await turn.next(soon)];
		});
		expect(frames).toEqual([
			{ kind: "data", payload: Uint8Array.of(0x04) },
			{ kind: "control", byte: 0x2a },
			{ kind: "data", payload: Uint8Array.of(0x15) },
		]);
	});

	test("lets one conversation end before the next begins", async () => {
		const order: string[] = [];
		const first = session.converse(async (turn) => {
			await turn.send(ask);
			await turn.next(soon);
			order.push("first");
		});
		const second = session.converse(async () => void order.push("second"));
		expect(session.busy).toBe(true);
		await far.heard(8);
		far.say(ok);
		await Promise.all([first, second]);
		expect(order).toEqual(["first", "second"]);
	});

	test("throws stale frames away before it asks, and counts them", async () => {
		await session.converse(async (turn) => {
			far.say(Buffer.concat([ok, ok]));
			await turn.next(soon);
			await turn.send(ask);
			await far.heard(8);
			far.say(kmyFraming.encode(Uint8Array.of(0x15)));
			expect(await turn.next(soon)).toEqual({ kind: "data", payload: Uint8Array.of(0x15) });
		});
		expect(session.counts).toMatchObject({ frames: 3, stale: 1 });
	});

	test("passes over noise and hands out a damaged frame", async () => {
		await session.converse(async (turn) => {
			far.say(Buffer.concat([latin1("noise"), ok, latin1("\x02010406\x03"), ok]));
			expect(await turn.next(soon)).toMatchObject({ kind: "data" });
			expect(await turn.next(soon)).toMatchObject({ kind: "garbage", reason: "bad_check" });
			expect(await turn.next(soon)).toMatchObject({ kind: "data" });
		});
		expect(session.counts.garbage).toMatchObject({ no_start: 5, bad_check: 8 });
	});

	test("a byte between frames leaves what was received", async () => {
		await session.converse(async (turn) => {
			far.say(concatBytes(ok, ok));
			await turn.next(soon);
			await turn.sendControl(0x06);
			expect(await far.heard(1)).toEqual(Buffer.of(0x06));
			expect(await turn.next(soon)).toMatchObject({ kind: "data" });
		});
	});

	test("a frame that stops in the middle waits for its rest, or is given up where that was asked for", async () => {
		await session.converse(async (turn) => {
			far.say(ok.slice(0, 3));
			await expect(turn.next({ ...soon, ms: 30 })).rejects.toMatchObject({ code: "E_TIMEOUT" });
			far.say(ok.slice(3));
			expect(await turn.next(soon)).toMatchObject({ kind: "data" });
		});
		const impatient = new Session({ line, framing: kmyFraming, clock, log: silentLog, frameGapMs: 20 });
		await impatient.converse(async (turn) => {
			far.say(ok.slice(0, 3));
			expect(await turn.next(soon)).toMatchObject({ kind: "garbage" });
			far.say(ok);
			expect(await turn.next(soon)).toMatchObject({ kind: "data" });
		});
	});

	test("names the wait that ended badly", async () => {
		const silence = session.converse((turn) => turn.next({ name: "answer to version", ms: 5, code: "E_TIMEOUT" }));
		await expect(silence).rejects.toMatchObject({ code: "E_TIMEOUT", context: { wait: "answer to version" } });
	});

	test("ends the wait with the cause when the line is lost, and refuses from then on", async () => {
		const waiting = session.converse((turn) => turn.next(soon));
		far.unplug();
		await expect(waiting).rejects.toMatchObject({ code: "E_NOHARDWARE" });
		await expect(session.converse((turn) => turn.send(ask))).rejects.toMatchObject({ code: "E_NOHARDWARE" });
	});

	test("a caller that gives up while waiting for its turn leaves the others alone", async () => {
		const giveUp = new AbortController();
		const first = session.converse((turn) => turn.next(soon));
		const second = session.converse(async () => "second", giveUp.signal);
		const third = session.converse(async () => "third");
		giveUp.abort(new Fault("cancelled"));
		await expect(second).rejects.toMatchObject({ code: "cancelled" });
		far.say(ok);
		await first;
		expect(await third).toBe("third");
	});
});
