import type { Clock, Timer } from "../../kernel/clock.ts";
import type { Bytes } from "../../wire/bytes.ts";
import { visaControls } from "../../wire/visa-framing.ts";

/** A packet on its way to the host. */
export interface Outgoing {
	/** As it travels the first time, and every other time: a fault may spoil the first. */
	readonly first: Bytes;
	readonly again: Bytes;
	/** What happens once the host has acknowledged it. */
	readonly whenAcknowledged: () => void;
}

interface SenderOptions {
	readonly clock: Clock;
	readonly write: (bytes: Bytes) => void;
}

/** The third NAK, and the third silence, end the exchange. */
const mostSendings = 3;
const silenceMs = 5_000;

/** Sends packets until the host takes them: again on NAK and on silence, EOT when it is no use. */
export class Sender {
	readonly #options: SenderOptions;
	#outgoing: Outgoing | undefined;
	#sendings = 0;
	#timer: Timer | undefined;

	constructor(options: SenderOptions) {
		this.#options = options;
	}

	send(outgoing: Outgoing): void {
		this.#outgoing = outgoing;
		this.#sendings = 0;
		this.#sendAgain();
	}

	/** What the host said between frames. */
	heard(control: number): void {
		const outgoing = this.#outgoing;
		if (outgoing === undefined) {
			return;
		}
		switch (control) {
			case visaControls.ack:
				this.forget();
				outgoing.whenAcknowledged();
				break;
			case visaControls.nak:
				this.#sendAgain();
				break;
			default:
				this.forget();
		}
	}

	/** The host talks of something else, or is gone. */
	forget(): void {
		this.#timer?.cancel();
		this.#outgoing = undefined;
	}

	#sendAgain(): void {
		const { clock, write } = this.#options;
		const outgoing = this.#outgoing;
		this.#timer?.cancel();
		if (outgoing === undefined) {
			return;
		}
		if (this.#sendings === mostSendings) {
			this.forget();
			write(Uint8Array.of(visaControls.eot));
			return;
		}
		write(this.#sendings === 0 ? outgoing.first : outgoing.again);
		this.#sendings += 1;
		this.#timer = clock.after(silenceMs, () => this.#sendAgain());
	}
}
