import { expect, it } from "vitest";
import { Fault } from "../../src/kernel/fault.ts";
import { Mutex } from "../../src/kernel/mutex.ts";
import { settle } from "../support/manual-clock.ts";

it("runs one at a time, first come first served", async () => {
	const mutex = new Mutex();
	const seen: string[] = [];
	const gates = [Promise.withResolvers<void>(), Promise.withResolvers<void>()];
	const works = gates.map((gate, index) =>
		mutex.run(async () => {
			seen.push(`begin ${index}`);
			await gate.promise;
			seen.push(`end ${index}`);
		}),
	);
	gates[1]?.resolve();
	await settle();
	expect(seen).toEqual(["begin 0"]);
	gates[0]?.resolve();
	await Promise.all(works);
	expect(seen).toEqual(["begin 0", "end 0", "begin 1", "end 1"]);
});

it("is busy while somebody holds it or waits", async () => {
	const mutex = new Mutex();
	expect(mutex.busy).toBe(false);
	const work = mutex.run(async () => mutex.busy);
	expect(mutex.busy).toBe(true);
	expect(await work).toBe(true);
	expect(mutex.busy).toBe(false);
});

it("passes on result and failure, and goes on", async () => {
	const mutex = new Mutex();
	const problem = new Error("mine");
	await expect(mutex.run(() => Promise.reject(problem))).rejects.toBe(problem);
	expect(await mutex.run(async () => 7)).toBe(7);
});

it("lets a waiter leave, without letting the next overtake the holder", async () => {
	const mutex = new Mutex();
	const gate = Promise.withResolvers<void>();
	const seen: string[] = [];
	const holder = mutex.run(async () => {
		await gate.promise;
		seen.push("holder");
	});
	const abort = new AbortController();
	const reason = new Fault("cancelled");
	const leaver = mutex.run(async () => seen.push("leaver"), abort.signal);
	const next = mutex.run(async () => seen.push("next"));
	abort.abort(reason);
	await expect(leaver).rejects.toBe(reason);
	await settle();
	expect(seen).toEqual([]);
	gate.resolve();
	await Promise.all([holder, next]);
	expect(seen).toEqual(["holder", "next"]);
});

it("refuses a signal that has already aborted", async () => {
	const mutex = new Mutex();
	const reason = new Fault("cancelled");
	await expect(mutex.run(async () => 1, AbortSignal.abort(reason))).rejects.toBe(reason);
	expect(await mutex.run(async () => 2)).toBe(2);
	expect(mutex.busy).toBe(false);
});
