import { expect, it } from "vitest";
import { pause, withDeadline } from "../../src/kernel/deadline.ts";
import { Fault } from "../../src/kernel/fault.ts";
import { ManualClock } from "../support/manual-clock.ts";

const never = new Promise<never>(() => undefined);

it("gives the result and leaves no timer behind", async () => {
	const clock = new ManualClock();
	expect(await withDeadline(clock, { name: "it", ms: 10 }, async () => 7)).toBe(7);
	expect(clock.timers).toBe(0);
});

it("passes on what the operation throws", async () => {
	const clock = new ManualClock();
	const problem = new Error("mine");
	await expect(withDeadline(clock, { name: "it", ms: 10 }, () => Promise.reject(problem))).rejects.toBe(problem);
	expect(clock.timers).toBe(0);
});

it("ends with the name of the wait when time runs out, and tells the operation", async () => {
	const clock = new ManualClock();
	let told: unknown;
	const ended = withDeadline(clock, { name: "answer to 0200", ms: 10 }, (signal) => {
		signal.addEventListener("abort", () => {
			told = signal.reason;
		});
		return never;
	}).catch((error: unknown) => error);
	await clock.advance(9);
	expect(told).toBeUndefined();
	await clock.advance(1);
	const fault = await ended;
	expect(fault).toMatchObject({ code: "deadline_passed", context: { wait: "answer to 0200", ms: 10 } });
	expect(told).toBe(fault);
});

it("uses the code the caller knows better", async () => {
	const clock = new ManualClock();
	const ended = withDeadline(clock, { name: "host", ms: 1, code: "host_silent" }, () => never).catch((e: unknown) => e);
	await clock.advance(1);
	expect(await ended).toMatchObject({ code: "host_silent" });
});

it("ends with the abort reason, at once", async () => {
	const clock = new ManualClock();
	const abort = new AbortController();
	const reason = new Fault("shutting_down");
	let inner: AbortSignal | undefined;
	const ended = withDeadline(clock, { name: "it", ms: 10, signal: abort.signal }, (signal) => {
		inner = signal;
		return never;
	}).catch((error: unknown) => error);
	abort.abort(reason);
	expect(await ended).toBe(reason);
	expect(inner?.aborted).toBe(true);
	expect(clock.timers).toBe(0);
});

it("gives a reason that is no error the code cancelled", async () => {
	const abort = new AbortController();
	const wait = { name: "it", ms: 10, signal: abort.signal };
	const ended = withDeadline(new ManualClock(), wait, () => never).catch((error: unknown) => error);
	abort.abort("enough");
	expect(await ended).toMatchObject({ code: "cancelled", cause: "enough" });
});

it("does not start when it is already aborted", async () => {
	const reason = new Fault("cancelled");
	let started = false;
	const wait = { name: "it", ms: 10, signal: AbortSignal.abort(reason) };
	const ended = withDeadline(new ManualClock(), wait, async () => {
		started = true;
	});
	await expect(ended).rejects.toBe(reason);
	expect(started).toBe(false);
});

it("pauses for the time given, or until aborted", async () => {
	const clock = new ManualClock();
	let over = false;
	const paused = pause(clock, 10).finally(() => {
		over = true;
	});
	await clock.advance(9);
	expect(over).toBe(false);
	await clock.advance(1);
	await paused;
	const abort = new AbortController();
	const broken = pause(clock, 10, abort.signal);
	const reason = new Fault("shutting_down");
	abort.abort(reason);
	await expect(broken).rejects.toBe(reason);
	expect(clock.timers).toBe(0);
	await expect(pause(clock, 10, abort.signal)).rejects.toBe(reason);
});
