import { type Backoff, delayBefore } from "../kernel/backoff.ts";
import type { Clock } from "../kernel/clock.ts";
import { pause, withDeadline } from "../kernel/deadline.ts";
import { Events } from "../kernel/events.ts";
import { asFault, Fault } from "../kernel/fault.ts";
import type { Log } from "../kernel/log.ts";
import type { PortAddress, PortOpener } from "../ports/port.ts";
import { portLabel } from "../ports/port-label.ts";
import type { Device, DeviceState, ManagedDevice } from "./device.ts";
import type { Driver } from "./driver.ts";
import { type OpenLine, openLine } from "./open-line.ts";

interface KeeperOptions<D extends Device> {
	readonly id: string;
	readonly driver: Driver<D>;
	readonly port: PortAddress;
	/** As configured; parsed by the driver's own schema. */
	readonly options: unknown;
	readonly openPort: PortOpener;
	readonly clock: Clock;
	readonly log: Log;
}

const openMs = 5_000;
const attachMs = 30_000;
const backoff: Backoff = { stepsMs: [250, 500, 1_000, 2_000, 5_000] };

/** Keeps one device open: opens, identifies, watches, and after a loss begins again, for as long as the daemon runs. */
export class DeviceKeeper<D extends Device> implements ManagedDevice<D> {
	readonly changes = new Events<DeviceState>();
	readonly #options: KeeperOptions<D>;
	readonly #stop = new AbortController();
	#state: DeviceState = { state: "closed" };
	#device: D | undefined;
	#running: Promise<void> | undefined;

	constructor(options: KeeperOptions<D>) {
		this.#options = options;
	}

	get id(): string {
		return this.#options.id;
	}

	get driver(): string {
		return this.#options.driver.id;
	}

	get category(): D["category"] {
		return this.#options.driver.category;
	}

	get port(): string {
		return portLabel(this.#options.port);
	}

	get state(): DeviceState {
		return this.#state;
	}

	use(): D {
		if (this.#device !== undefined) {
			return this.#device;
		}
		const context = { device: this.id, port: this.port };
		if (this.#state.state !== "offline") {
			throw new Fault("E_CLOSED", { context });
		}
		const { cause } = this.#state;
		throw new Fault(cause.code, { detail: cause.message, context: { ...cause.context, ...context }, cause });
	}

	/** Starts keeping; the device may come at once, later, or never. */
	start(): void {
		this.#running ??= this.#keep();
	}

	/** Closes the port and stops. */
	async close(): Promise<void> {
		this.#stop.abort(new Fault("E_CLOSED", { context: { device: this.id } }));
		await this.#running;
		this.#enter({ state: "closed" });
	}

	async #keep(): Promise<void> {
		const { clock } = this.#options;
		for (let attempt = 0; !this.#stop.signal.aborted; attempt += 1) {
			if (this.#state.state !== "offline") {
				this.#enter({ state: "opening", attempt });
			}
			const { cause, wasEnabled } = await this.#openOnce();
			attempt = wasEnabled ? 0 : attempt;
			if (!this.#stop.signal.aborted) {
				const since = this.#state.state === "offline" ? this.#state.since : clock.now();
				this.#enter({ state: "offline", since, cause, attempt });
				await pause(clock, delayBefore(backoff, attempt), this.#stop.signal).catch(() => undefined);
			}
		}
	}

	/** From opening to loss. Says why it ended; a missing device is no error here. */
	async #openOnce(): Promise<{ readonly cause: Fault; readonly wasEnabled: boolean }> {
		const { openPort, clock, port } = this.#options;
		const signal = this.#stop.signal;
		let line: OpenLine | undefined;
		let wasEnabled = false;
		try {
			line = await openLine(port, { openPort, clock, signal, deadlineMs: openMs });
			this.#device = await this.#attach(line);
			wasEnabled = true;
			this.#enter({ state: "enabled", since: clock.now(), model: modelOf(this.#device) });
			return { cause: await untilAborted(AbortSignal.any([line.lost, signal])), wasEnabled };
		} catch (error) {
			return { cause: asFault(error), wasEnabled };
		} finally {
			this.#device = undefined;
			await line?.close();
		}
	}

	#attach(line: OpenLine): Promise<D> {
		const { driver, clock, log, options } = this.#options;
		const wait = {
			name: `start-up of ${this.id}`,
			ms: attachMs,
			signal: AbortSignal.any([this.#stop.signal, line.lost]),
			code: "E_TIMEOUT",
		} as const;
		return withDeadline(clock, wait, (signal) =>
			driver.attach(line, driver.options.parse(options), { clock, signal, log }),
		);
	}

	#enter(state: DeviceState): void {
		const { log } = this.#options;
		if (state.state === "offline" && this.#state.state !== "offline") {
			const { code, message } = state.cause;
			log.warn("device offline", {
				device: this.id,
				port: this.port,
				code,
				cause: message,
				action: state.cause.action,
			});
		}
		if (state.state === "enabled") {
			log.info("device enabled", { device: this.id, port: this.port, model: state.model });
		}
		this.#state = state;
		this.changes.emit(state);
	}
}

function modelOf(device: Device): string {
	switch (device.category) {
		case "PinPad":
			return device.identity.model;
		case "PosPrinter":
			return device.model;
	}
}

function untilAborted(signal: AbortSignal): Promise<Fault> {
	const ended = Promise.withResolvers<Fault>();
	const end = (): void => ended.resolve(asFault(signal.reason));
	signal.addEventListener("abort", end, { once: true });
	if (signal.aborted) {
		end();
	}
	return ended.promise;
}
