import type { Clock } from "./clock.ts";
import { Fault } from "./fault.ts";
import type { FaultCode } from "./fault-codes.ts";

/** A wait: what is waited for, how long at most, and what may end it early. */
export interface Wait {
	/** Shown when the wait ends badly: "answer to 0200", "PIN entry". */
	readonly name: string;
	readonly ms: number;
	readonly signal?: AbortSignal | undefined;
	/** Code of the fault when time runs out; `deadline_passed` unless the caller knows better. */
	readonly code?: FaultCode;
}

/**
 * Settles like `start()` does, unless the time runs out or the signal aborts first.
 * The operation is told by the signal it is given, so that it can stop its own work.
 * @throws Fault `wait.code` (default `deadline_passed`), or the abort reason
 */
export async function withDeadline<T>(
	clock: Clock,
	wait: Wait,
	start: (signal: AbortSignal) => Promise<T>,
): Promise<T> {
	wait.signal?.throwIfAborted();
	const inner = new AbortController();
	const outcome = Promise.withResolvers<never>();
	const stop = (reason: unknown): void => {
		outcome.reject(reason instanceof Error ? reason : new Fault("cancelled", { cause: reason }));
		inner.abort(reason);
	};
	const timer = clock.after(wait.ms, () => stop(timeOut(wait)));
	const onAbort = (): void => stop(wait.signal?.reason);
	wait.signal?.addEventListener("abort", onAbort, { once: true });
	try {
		return await Promise.race([start(inner.signal), outcome.promise]);
	} finally {
		timer.cancel();
		wait.signal?.removeEventListener("abort", onAbort);
	}
}

/** Does nothing for a while; ends early, with the abort reason, when the signal says so. */
export async function pause(clock: Clock, delayMs: number, signal?: AbortSignal): Promise<void> {
	signal?.throwIfAborted();
	const done = Promise.withResolvers<void>();
	const timer = clock.after(delayMs, done.resolve);
	const onAbort = (): void => done.reject(signal?.reason);
	signal?.addEventListener("abort", onAbort, { once: true });
	try {
		await done.promise;
	} finally {
		timer.cancel();
		signal?.removeEventListener("abort", onAbort);
	}
}

function timeOut(wait: Wait): Fault {
	return new Fault(wait.code ?? "deadline_passed", {
		detail: `${wait.name}: nothing within ${wait.ms} ms`,
		context: { wait: wait.name, ms: wait.ms },
	});
}
