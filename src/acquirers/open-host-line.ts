import type { Clock } from "../kernel/clock.ts";
import { type Wait, withDeadline } from "../kernel/deadline.ts";
import type { Events } from "../kernel/events.ts";
import { asFault, Fault } from "../kernel/fault.ts";
import type { Log } from "../kernel/log.ts";
import type { PortAddress, PortOpener } from "../ports/port.ts";
import type { Bytes } from "../wire/bytes.ts";
import type { Framing } from "../wire/framing.ts";
import { Connection } from "./connection.ts";
import { awaitAnswer } from "./exchange.ts";
import type { ExchangeOptions, HostLine, HostLineState, Unmatched } from "./host-line.ts";
import { Mux } from "./mux.ts";
import type { HostMessage } from "./profile.ts";

export interface HostLineOptions {
	/** Primary first, then the standby. */
	readonly hosts: readonly [PortAddress, ...PortAddress[]];
	/** `per_exchange` connects for each request and hangs up after its answer; `kept_open` stays connected. */
	readonly mode: "per_exchange" | "kept_open";
	readonly framing: Framing;
	/** How long one host may take to accept the connection. */
	readonly connectMs: number;
	readonly openPort: PortOpener;
	/** Key of an incoming message, see `Profile.correlate`. */
	readonly correlate: (message: Bytes) => string | undefined;
	readonly clock: Clock;
	readonly log: Log;
}

/** A line that is not yet connected: the first exchange does it. */
export function openHostLine(options: HostLineOptions): HostLine {
	return new PortHostLine(options);
}

class PortHostLine implements HostLine {
	readonly #options: HostLineOptions;
	readonly #mux: Mux;
	readonly #open = new Set<Connection>();
	#kept: Connection | undefined;
	#connecting: Promise<Connection> | undefined;
	#state: HostLineState = { state: "idle" };
	#closed = false;

	constructor(options: HostLineOptions) {
		this.#options = options;
		this.#mux = new Mux(options.correlate);
	}

	get state(): HostLineState {
		return this.#state;
	}

	get unmatched(): Events<Unmatched> {
		return this.#mux.unmatched;
	}

	async exchange(request: HostMessage, options: ExchangeOptions): Promise<Bytes> {
		options.signal?.throwIfAborted();
		const claim = this.#mux.claim(request.correlation);
		try {
			const connection = await this.#connection(options.signal);
			try {
				return await this.#converse(connection, request, options, (onAnswer) => claim.expect(onAnswer));
			} finally {
				this.#release(connection);
			}
		} finally {
			claim.release();
		}
	}

	async close(): Promise<void> {
		this.#closed = true;
		await Promise.all([...this.#open].map((connection) => connection.close()));
		this.#state = { state: "idle" };
	}

	async #converse(
		connection: Connection,
		request: HostMessage,
		options: ExchangeOptions,
		expect: (onAnswer: (message: Bytes) => void) => void,
	): Promise<Bytes> {
		// Up to here a lost line costs nothing; once `beforeSend` has run, the request counts as sent.
		if (connection.lost !== undefined) {
			throw this.#unreachable(connection.lost);
		}
		await options.beforeSend();
		options.signal?.throwIfAborted();
		return await awaitAnswer({ clock: this.#options.clock, connection, request, options, expect });
	}

	async #connection(signal: AbortSignal | undefined): Promise<Connection> {
		if (this.#closed) {
			throw this.#unreachable(new Fault("cancelled", { detail: "the line to the acquirer was closed" }));
		}
		if (this.#options.mode === "per_exchange") {
			return await this.#connect(signal);
		}
		const kept = this.#kept;
		if (kept !== undefined && kept.lost === undefined && !kept.suspect) {
			return kept;
		}
		this.#connecting ??= this.#reconnect().finally(() => {
			this.#connecting = undefined;
		});
		const connecting = this.#connecting;
		const { clock, connectMs, hosts } = this.#options;
		// One caller giving up must not take the connection from the others: the signal ends the wait, not the work.
		const wait: Wait = {
			name: "line to the acquirer",
			ms: connectMs * (hosts.length + 1),
			signal,
			code: "host_unreachable",
		};
		return await withDeadline(clock, wait, () => connecting);
	}

	async #reconnect(): Promise<Connection> {
		const former = this.#kept;
		const fresh = await this.#connect(undefined);
		this.#kept = fresh;
		former?.retire();
		return fresh;
	}

	/** Tries each host once, in order. */
	async #connect(signal: AbortSignal | undefined): Promise<Connection> {
		const { clock, connectMs, framing, hosts, log, openPort } = this.#options;
		let cause: Fault | undefined;
		for (const address of hosts) {
			try {
				const connection = await Connection.open(
					openPort,
					address,
					{ clock, deadlineMs: connectMs, signal },
					{
						framing,
						onMessage: (message) => this.#mux.deliver(message),
						onGone: (gone, fault) => this.#onGone(gone, fault),
					},
				);
				return await this.#admit(connection);
			} catch (thrown) {
				signal?.throwIfAborted();
				cause = asFault(thrown);
				log.warn("host not reached", { address: addressText(address), code: cause.code, detail: cause.message });
			}
		}
		throw this.#unreachable(cause);
	}

	async #admit(connection: Connection): Promise<Connection> {
		if (this.#closed) {
			await connection.close();
			throw new Fault("cancelled", { detail: "the line to the acquirer was closed" });
		}
		this.#open.add(connection);
		this.#state = { state: "up", host: connection.label, since: this.#options.clock.now() };
		return connection;
	}

	/** After an exchange: a line per exchange has done its work. */
	#release(connection: Connection): void {
		if (this.#options.mode === "per_exchange") {
			connection.close().catch((thrown: unknown) => {
				this.#options.log.warn("host line not closed", { detail: asFault(thrown).message });
			});
		}
	}

	#onGone(connection: Connection, fault: Fault | undefined): void {
		this.#open.delete(connection);
		const cause = fault?.cause instanceof Error ? fault.cause.message : fault?.message;
		if (cause !== undefined) {
			this.#options.log.warn("host line lost", { host: connection.label, detail: cause });
		}
		if (this.#open.size === 0) {
			this.#state =
				cause === undefined ? { state: "idle" } : { state: "down", since: this.#options.clock.now(), cause };
		}
	}

	#unreachable(cause: Fault | undefined): Fault {
		this.#state = {
			state: "down",
			since: this.#state.state === "down" ? this.#state.since : this.#options.clock.now(),
			cause: cause?.message ?? "no host",
		};
		return new Fault("host_unreachable", { detail: cause?.message ?? "no host", cause });
	}
}

function addressText(address: PortAddress): string {
	return address.kind === "serial" ? address.path : `${address.host}:${address.port}`;
}
