import type { Clock, Timer } from "../kernel/clock.ts";
import { Fault } from "../kernel/fault.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { Connection, Outgoing } from "./connection.ts";
import type { ExchangeOptions } from "./host-line.ts";
import type { HostMessage } from "./profile.ts";

interface Exchange {
	readonly clock: Clock;
	readonly connection: Connection;
	readonly request: HostMessage;
	readonly options: ExchangeOptions;
	/** Names the taker of the answer. */
	readonly expect: (onAnswer: (message: Bytes) => void) => void;
}

/**
 * Sends a request on an open connection and waits for its answer; the time runs from the hand-over of the last byte.
 * Built of one promise and one timer, since hundreds of these may be under way.
 * @throws Fault `host_line_lost`, `host_silent`; the abort reason
 */
export function awaitAnswer({ clock, connection, request, options, expect }: Exchange): Promise<Bytes> {
	const answer = Promise.withResolvers<Bytes>();
	let timer: Timer | undefined;
	const end = (): void => {
		timer?.cancel();
		options.signal?.removeEventListener("abort", onAbort);
		connection.withdraw(outgoing);
	};
	const fail = (reason: unknown): void => {
		end();
		answer.reject(reason instanceof Error ? reason : new Fault("cancelled", { cause: reason }));
	};
	const onAbort = (): void => fail(options.signal?.reason);
	const outgoing: Outgoing = {
		message: request.bytes,
		onHandedOver() {
			const heardBefore = connection.heard;
			expect((message) => {
				end();
				answer.resolve(message);
			});
			timer = clock.after(options.answerMs, () => {
				connection.doubt(heardBefore);
				fail(silence(request, options.answerMs));
			});
			options.onSent?.();
		},
		onLost: fail,
	};
	options.signal?.addEventListener("abort", onAbort, { once: true });
	connection.send(outgoing);
	return answer.promise;
}

function silence(request: HostMessage, answerMs: number): Fault {
	return new Fault("host_silent", {
		detail: `no answer to ${request.label} within ${answerMs} ms`,
		context: { request: request.label, ms: answerMs },
	});
}
