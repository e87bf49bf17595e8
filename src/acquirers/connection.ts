import { asFault, Fault } from "../kernel/fault.ts";
import type { OpenOptions, OpenPort, PortAddress, PortListener, PortOpener } from "../ports/port.ts";
import { type Bytes, concatBytes } from "../wire/bytes.ts";
import type { Decoder, Frame, Framing } from "../wire/framing.ts";

/** A request on its way, as its connection sees it. */
export interface Outgoing {
	readonly message: Bytes;
	/** The last byte was handed to the operating system in this tick. */
	onHandedOver(): void;
	onLost(fault: Fault): void;
}

interface ConnectionOptions {
	readonly framing: Framing;
	/** A whole message from the host. */
	readonly onMessage: (message: Bytes) => void;
	/** The line has ended, told once; without a fault it was closed here. */
	readonly onGone: (connection: Connection, fault: Fault | undefined) => void;
}

interface Unsent {
	readonly outgoing: Outgoing;
	readonly frame: Bytes;
}

/** One open line to one host. What is sent within one turn of the event loop leaves in one write. */
export class Connection implements PortListener {
	readonly #options: ConnectionOptions;
	readonly #framing: Framing;
	readonly #decoder: Decoder;
	readonly #active = new Set<Outgoing>();
	#unsent: Unsent[] = [];
	#port: OpenPort | undefined;
	#lost: Fault | undefined;
	#heard = 0;
	#suspect = false;
	#retired = false;

	private constructor(options: ConnectionOptions) {
		this.#options = options;
		this.#framing = options.framing;
		this.#decoder = options.framing.decoder();
	}

	/** Opens a port to `address` with a new connection as its listener. */
	static async open(
		opener: PortOpener,
		address: PortAddress,
		open: OpenOptions,
		options: ConnectionOptions,
	): Promise<Connection> {
		const connection = new Connection(options);
		connection.#port = await opener(address, connection, open);
		return connection;
	}

	get label(): string {
		return this.#port?.label ?? "(not open)";
	}

	/** Why nothing can be sent any more. */
	get lost(): Fault | undefined {
		return this.#lost;
	}

	/** True while the host owes a sign of life: an answer was not in time and no byte has come since its request. */
	get suspect(): boolean {
		return this.#suspect;
	}

	/** Bytes received so far. */
	get heard(): number {
		return this.#heard;
	}

	send(outgoing: Outgoing): void {
		if (this.#lost !== undefined) {
			outgoing.onLost(this.#lost);
			return;
		}
		this.#unsent.push({ outgoing, frame: this.#framing.encode(outgoing.message) });
		this.#active.add(outgoing);
		if (this.#unsent.length === 1) {
			setImmediate(() => this.#flush());
		}
	}

	/** Ends the interest in an answer; a message still unsent stays unsent. */
	withdraw(outgoing: Outgoing): void {
		this.#active.delete(outgoing);
		if (this.#retired && this.#active.size === 0) {
			void this.close();
		}
	}

	/** Told after an answer was not in time: `heardBefore` is what had been heard when its request left. */
	doubt(heardBefore: number): void {
		this.#suspect ||= this.#heard === heardBefore;
	}

	/** Takes no part in new exchanges and closes when the last one under way has ended. */
	retire(): void {
		this.#retired = true;
		if (this.#active.size === 0) {
			void this.close();
		}
	}

	async close(): Promise<void> {
		if (this.#fail(new Fault("host_line_lost", { detail: "the line was closed here" }))) {
			this.#options.onGone(this, undefined);
		}
		await this.#port?.close();
	}

	onData(bytes: Bytes): void {
		this.#heard += bytes.length;
		this.#suspect = false;
		for (const frame of this.#decoder.push(bytes)) {
			if (frame.kind !== "data") {
				this.#breakOff(frame);
				return;
			}
			if (frame.payload.length === 0) {
				this.#answerSignOfLife();
			} else {
				this.#options.onMessage(frame.payload);
			}
		}
	}

	onLost(cause: Fault): void {
		const fault = new Fault("host_line_lost", { context: { host: this.label }, cause });
		if (this.#fail(fault)) {
			this.#options.onGone(this, fault);
		}
	}

	/** An empty frame goes back as it came: the other end learns that this one is there. */
	#answerSignOfLife(): void {
		const empty = this.#framing.encode(new Uint8Array());
		this.#port?.write(empty).catch((thrown: unknown) => this.onLost(asFault(thrown)));
	}

	#flush(): void {
		const batch = this.#unsent.filter(({ outgoing }) => this.#active.has(outgoing));
		this.#unsent = [];
		if (batch.length === 0 || this.#port === undefined) {
			return;
		}
		const bytes = concatBytes(...batch.map(({ frame }) => frame));
		this.#port.write(bytes).catch((thrown: unknown) => this.onLost(asFault(thrown)));
		for (const { outgoing } of batch) {
			outgoing.onHandedOver();
		}
	}

	/** A stream that is out of step cannot be read on: close it before it is misread. */
	#breakOff(frame: Exclude<Frame, { readonly kind: "data" }>): void {
		const reason = frame.kind === "garbage" ? frame.reason : "control";
		this.onLost(new Fault("message_invalid", { detail: "the host sent an impossible length", context: { reason } }));
		void this.#port?.close();
	}

	/** True the first time. */
	#fail(fault: Fault): boolean {
		if (this.#lost !== undefined) {
			return false;
		}
		this.#lost = fault;
		const active = [...this.#active];
		this.#active.clear();
		for (const outgoing of active) {
			outgoing.onLost(fault);
		}
		return true;
	}
}
