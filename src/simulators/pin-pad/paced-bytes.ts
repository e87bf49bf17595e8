import type { Clock, Timer } from "../../kernel/clock.ts";
import { type Bytes, concatBytes } from "../../wire/bytes.ts";

interface PaceOptions {
	readonly clock: Clock;
	/** Undefined for a line without delay. */
	readonly baudRate: number | undefined;
	readonly deliver: (bytes: Bytes) => void;
}

/** Start bit, eight data bits, stop bit. */
const bitsPerByte = 10;

/** One direction of a serial line: bytes come out in order, none before its time. */
export class PacedBytes {
	readonly #options: PaceOptions;
	#waiting: Bytes = new Uint8Array();
	/** When the line became busy with the first byte of `#waiting`, milliseconds. */
	#busySince = 0;
	#timer: Timer | undefined;

	constructor(options: PaceOptions) {
		this.#options = options;
	}

	push(bytes: Uint8Array): void {
		const { baudRate, clock, deliver } = this.#options;
		if (baudRate === undefined) {
			deliver(Uint8Array.from(bytes));
			return;
		}
		if (this.#waiting.length === 0) {
			this.#busySince = clock.monotonicMs();
		}
		this.#waiting = concatBytes(this.#waiting, bytes);
		this.#wait((bitsPerByte * 1000) / baudRate);
	}

	/** Drops what has not come out. */
	clear(): void {
		this.#waiting = new Uint8Array();
		this.#timer?.cancel();
		this.#timer = undefined;
	}

	#wait(byteMs: number): void {
		const { clock } = this.#options;
		if (this.#timer !== undefined || this.#waiting.length === 0) {
			return;
		}
		const delayMs = Math.ceil(this.#busySince + byteMs - clock.monotonicMs());
		this.#timer = clock.after(Math.max(0, delayMs), () => {
			this.#timer = undefined;
			this.#deliverDue(byteMs);
			this.#wait(byteMs);
		});
	}

	#deliverDue(byteMs: number): void {
		const { clock, deliver } = this.#options;
		const due = Math.floor((clock.monotonicMs() - this.#busySince) / byteMs);
		const ready = this.#waiting.slice(0, due);
		this.#waiting = this.#waiting.slice(ready.length);
		this.#busySince += ready.length * byteMs;
		if (ready.length > 0) {
			deliver(ready);
		}
	}
}
