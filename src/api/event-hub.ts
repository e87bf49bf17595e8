import { Readable } from "node:stream";
import type { Clock, Timer } from "../kernel/clock.ts";
import { rfc3339 } from "../kernel/clock.ts";
import { Fault } from "../kernel/fault.ts";
import { EventRing } from "./event-ring.ts";

/** What clients are told of: `data` is the document a GET of the same thing would answer. */
export type EventType = "transaction.updated" | "device.updated";

interface HubOptions {
	readonly clock: Clock;
	/** How many events a client may have missed and still be told of. */
	readonly remembered: number;
	readonly heartbeatMs: number;
	readonly maxStreams: number;
}

/** A client that does not read is let go: it comes back and asks for what it missed. */
const mostUnread = 1_000_000;

interface Listener {
	readonly stream: Readable;
	readonly allowed: () => boolean;
}

/** Server-sent events (WHATWG HTML, 9.2) to any number of clients, with replay. */
export class EventHub {
	readonly #options: HubOptions;
	readonly #ring: EventRing;
	readonly #listeners = new Set<Listener>();
	#beat: Timer;
	#closed = false;

	constructor(options: HubOptions) {
		this.#options = options;
		this.#ring = new EventRing(options.remembered, options.clock.now().toString(36));
		this.#beat = this.#nextBeat();
	}

	publish(type: EventType, data: unknown): void {
		this.#tell(this.#ring.append((id) => eventFrame({ id, type, time: this.#time(), data })));
	}

	/**
	 * A new stream: what came after `lastEventId` first, or `reset` when that is not known any more.
	 * It ends when `allowed` does not hold any more.
	 * @throws Fault `rate_limited` when there are too many streams
	 */
	open(lastEventId: string | undefined, allowed: () => boolean): Readable {
		if (this.#closed) {
			throw new Fault("shutting_down");
		}
		if (this.#listeners.size >= this.#options.maxStreams) {
			throw new Fault("rate_limited", { detail: `There are ${this.#options.maxStreams} event streams already` });
		}
		const stream = new Readable({ read: () => undefined });
		const listener = { stream, allowed };
		this.#listeners.add(listener);
		stream.once("close", () => this.#listeners.delete(listener));
		stream.push(`retry: 2000\n${lastEventId === undefined ? `id: ${this.#ring.head}\n` : ""}\n`);
		for (const frame of lastEventId === undefined ? [] : this.#missed(lastEventId)) {
			stream.push(frame);
		}
		return stream;
	}

	/** Ends all streams. */
	close(): void {
		this.#closed = true;
		this.#beat.cancel();
		for (const listener of this.#listeners) {
			this.#end(listener);
		}
	}

	#missed(lastEventId: string): readonly string[] {
		const reset = { id: this.#ring.head, type: "reset", time: this.#time(), data: null } as const;
		return this.#ring.after(lastEventId) ?? [eventFrame(reset)];
	}

	#tell(frame: string): void {
		for (const listener of this.#listeners) {
			if (!listener.allowed()) {
				this.#end(listener);
			} else if (listener.stream.readableLength > mostUnread) {
				listener.stream.destroy();
			} else {
				listener.stream.push(frame);
			}
		}
	}

	#end(listener: Listener): void {
		this.#listeners.delete(listener);
		listener.stream.push(null);
	}

	#nextBeat(): Timer {
		return this.#options.clock.after(this.#options.heartbeatMs, () => {
			this.#tell(": heartbeat\n\n");
			this.#beat = this.#nextBeat();
		});
	}

	#time(): string {
		return rfc3339(this.#options.clock.now());
	}
}

interface EventEnvelope {
	readonly id: string;
	readonly type: EventType | "reset";
	readonly time: string;
	readonly data: unknown;
}

/** JSON has no line breaks of its own: one `data` line is enough. */
function eventFrame(envelope: EventEnvelope): string {
	return `id: ${envelope.id}\nevent: ${envelope.type}\ndata: ${JSON.stringify(envelope)}\n\n`;
}
