import type { HostLine } from "../acquirers/host-line.ts";
import type { DeviceState } from "../devices/device.ts";
import type { DriverLine } from "../devices/driver.ts";
import type { Clock } from "../kernel/clock.ts";
import type { Events } from "../kernel/events.ts";
import { asFault } from "../kernel/fault.ts";
import type { PortListener, PortOpener } from "../ports/port.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { Dialect } from "./dialect.ts";
import { FrameWatch } from "./frame-watch.ts";
import { type Latency, LatencyWindow } from "./latency-window.ts";
import { type Counts, type HourCounts, Tally } from "./tally.ts";
import { Trace } from "./trace.ts";

/** Which line: a device's or an acquirer's, by its name in the configuration. */
export interface LineName {
	readonly kind: "device" | "acquirer";
	readonly id: string;
}

export interface LineStatistics {
	/** When counting began, milliseconds since 1970-01-01 UTC. */
	readonly since: number;
	readonly counts: Counts;
	/** From question to first sign of an answer; of a host line, from request to answer. */
	readonly latency: Latency | undefined;
	/** When the last whole frame came. */
	readonly lastFrameAt: number | undefined;
	readonly hours: readonly HourCounts[];
}

interface LineWatchOptions {
	readonly name: LineName;
	readonly dialect: Dialect;
	readonly clock: Clock;
}

/** Everything that is counted and traced of one line, over all the ports it has in its life. */
export class LineWatch {
	readonly name: LineName;
	readonly trace: Trace;
	readonly #dialect: Dialect;
	readonly #clock: Clock;
	readonly #since: number;
	readonly #tally: Tally;
	readonly #latencies = new LatencyWindow();
	#lastFrameAt: number | undefined;
	#isUp: () => boolean = () => false;

	constructor({ name, dialect, clock }: LineWatchOptions) {
		this.name = name;
		this.#dialect = dialect;
		this.#clock = clock;
		this.#since = clock.now();
		this.#tally = new Tally(clock);
		this.trace = new Trace({ dialect, clock });
	}

	/** Device enabled, or host line not down. */
	get up(): boolean {
		return this.#isUp();
	}

	get statistics(): LineStatistics {
		return {
			since: this.#since,
			counts: this.#tally.total,
			latency: this.#latencies.latency,
			lastFrameAt: this.#lastFrameAt,
			hours: this.#tally.hours,
		};
	}

	/** An opener whose ports are read along. */
	opener(openPort: PortOpener): PortOpener {
		return async (address, listener, options) => {
			const watch = this.#frameWatch();
			try {
				const port = await openPort(address, this.#listener(listener, watch), options);
				this.#tally.add("opens", 1);
				return {
					label: port.label,
					write: (bytes) => {
						watch.pass("out", Uint8Array.from(bytes));
						return port.write(bytes);
					},
					close: () => port.close(),
				};
			} catch (error) {
				this.#tally.add("open_failures", 1, asFault(error).code);
				throw error;
			}
		};
	}

	/** A driver's line that also counts what only its reader can tell. */
	driverLine(line: DriverLine): DriverLine {
		return { ...line, discarded: (frames) => this.#tally.add("stale_frames", frames) };
	}

	/** Counts how a device comes and goes. Returns the way to stop. */
	follow(changes: Events<DeviceState>): () => void {
		let wasEnabled = false;
		this.#isUp = () => wasEnabled;
		return changes.subscribe((state) => {
			if (state.state === "enabled") {
				this.#tally.add("starts", 1);
			}
			if (state.state === "offline") {
				this.#tally.add(wasEnabled ? "failures" : "failed_starts", 1, state.cause.code);
			}
			wasEnabled = state.state === "enabled";
		});
	}

	/** A host line whose exchanges are counted and timed. */
	hostLine(line: HostLine): HostLine {
		this.#isUp = () => line.state.state !== "down";
		line.unmatched.subscribe(({ kind }) => this.#tally.add("unmatched", 1, kind));
		const exchange: HostLine["exchange"] = async (request, options) => {
			let sentAt: number | undefined;
			const onSent = (): void => {
				sentAt = this.#clock.monotonicMs();
				this.#tally.add("exchanges", 1);
				options.onSent?.();
			};
			try {
				const answer = await line.exchange(request, { ...options, onSent });
				this.#latencies.add(this.#clock.monotonicMs() - (sentAt ?? this.#clock.monotonicMs()));
				return answer;
			} catch (error) {
				this.#tally.add("exchange_failures", 1, asFault(error).code);
				throw error;
			}
		};
		return {
			get state() {
				return line.state;
			},
			unmatched: line.unmatched,
			exchange,
			close: () => line.close(),
		};
	}

	#listener(listener: PortListener, watch: FrameWatch): PortListener {
		return {
			onData: (bytes: Bytes) => {
				watch.pass("in", bytes);
				listener.onData(bytes);
			},
			onLost: (cause) => {
				this.#tally.add("line_losses", 1, cause.code);
				listener.onLost(cause);
			},
		};
	}

	#frameWatch(): FrameWatch {
		this.trace.newPort();
		return new FrameWatch({
			dialect: this.#dialect,
			clock: this.#clock,
			tally: this.#tally,
			latencies: this.#latencies,
			onFrame: (direction, frame) => {
				if (direction === "in" && frame.kind === "data") {
					this.#lastFrameAt = this.#clock.now();
				}
				this.trace.record(direction, frame);
			},
		});
	}
}
