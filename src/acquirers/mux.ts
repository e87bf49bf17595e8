import { Events } from "../kernel/events.ts";
import { Fault } from "../kernel/fault.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { Unmatched } from "./host-line.ts";

/** How many keys of ended requests are remembered, to tell a late answer from one nobody asked for. */
const REMEMBERED = 1024;

/** A key taken by one request until it is released. */
export interface Claim {
	/** From now on an incoming message with this key is the answer. Before, nothing was asked. */
	expect(onAnswer: (message: Bytes) => void): void;
	release(): void;
}

interface Place {
	onAnswer: ((message: Bytes) => void) | undefined;
}

/**
 * Finds for each incoming message the request that waits for it: by key, never by order.
 * One key can be taken only once at a time; what fits no request goes to `unmatched`.
 */
export class Mux {
	readonly unmatched = new Events<Unmatched>();
	readonly #correlate: (message: Bytes) => string | undefined;
	readonly #places = new Map<string, Place>();
	readonly #ended = new Set<string>();

	constructor(correlate: (message: Bytes) => string | undefined) {
		this.#correlate = correlate;
	}

	/**
	 * Takes a key.
	 * @throws Fault `host_exchange_pending` when another request holds it
	 */
	claim(key: string): Claim {
		if (this.#places.has(key)) {
			throw new Fault("host_exchange_pending", { context: { correlation: key } });
		}
		const place: Place = { onAnswer: undefined };
		this.#places.set(key, place);
		return {
			expect(onAnswer) {
				place.onAnswer = onAnswer;
			},
			release: () => this.#release(key, place),
		};
	}

	/** Hands an incoming message to its request, once. */
	deliver(message: Bytes): void {
		const key = this.#correlate(message);
		if (key === undefined) {
			this.unmatched.emit({ message, correlation: undefined, kind: "unreadable" });
			return;
		}
		const place = this.#places.get(key);
		const onAnswer = place?.onAnswer;
		if (place === undefined || onAnswer === undefined) {
			this.unmatched.emit({ message, correlation: key, kind: this.#ended.has(key) ? "late" : "unasked" });
			return;
		}
		this.#release(key, place);
		onAnswer(message);
	}

	#release(key: string, place: Place): void {
		if (this.#places.get(key) !== place) {
			return;
		}
		this.#places.delete(key);
		if (place.onAnswer === undefined) {
			return;
		}
		this.#ended.add(key);
		if (this.#ended.size > REMEMBERED) {
			for (const oldest of this.#ended) {
				this.#ended.delete(oldest);
				break;
			}
		}
	}
}
