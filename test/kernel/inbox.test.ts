import { expect, it } from "vitest";
import { Fault } from "../../src/kernel/fault.ts";
import { Inbox } from "../../src/kernel/inbox.ts";
import { ManualClock } from "../support/manual-clock.ts";

const wait = { name: "answer", ms: 10 };

it("keeps what came early, in order", async () => {
	const inbox = new Inbox<number>(new ManualClock());
	inbox.push(1);
	inbox.push(2);
	expect([await inbox.take(wait), await inbox.take(wait)]).toEqual([1, 2]);
});

it("hands an item to whoever waits", async () => {
	const clock = new ManualClock();
	const inbox = new Inbox<number>(clock);
	const taken = inbox.take(wait);
	inbox.push(1);
	inbox.push(2);
	expect(await taken).toBe(1);
	expect(inbox.drain()).toEqual([2]);
	expect(clock.timers).toBe(0);
});

it("loses nothing to a wait that ran out", async () => {
	const clock = new ManualClock();
	const inbox = new Inbox<number>(clock);
	const ended = inbox.take(wait).catch((error: unknown) => error);
	await clock.advance(10);
	expect(await ended).toMatchObject({ code: "deadline_passed" });
	inbox.push(1);
	expect(await inbox.take(wait)).toBe(1);
});

it("has one taker at a time", async () => {
	const inbox = new Inbox<number>(new ManualClock());
	const first = inbox.take(wait);
	await expect(inbox.take(wait)).rejects.toThrow("has a taker already");
	inbox.push(1);
	expect(await first).toBe(1);
});

it("drains what nobody took", () => {
	const inbox = new Inbox<number>(new ManualClock());
	inbox.push(1);
	inbox.push(2);
	expect(inbox.drain()).toEqual([1, 2]);
	expect(inbox.drain()).toEqual([]);
});

it("ends present and later waits with the reason it was closed for, but gives what came before", async () => {
	const clock = new ManualClock();
	const reason = new Fault("E_NOHARDWARE");
	const waiting = new Inbox<number>(clock);
	const present = waiting.take(wait);
	waiting.close(reason);
	await expect(present).rejects.toBe(reason);
	await expect(waiting.take(wait)).rejects.toBe(reason);
	const filled = new Inbox<number>(clock);
	filled.push(1);
	filled.close(reason);
	filled.close(new Fault("cancelled"));
	filled.push(2);
	expect(await filled.take(wait)).toBe(1);
	await expect(filled.take(wait)).rejects.toBe(reason);
	expect(clock.timers).toBe(0);
});
