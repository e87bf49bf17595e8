import type { DeviceState, ManagedDevice } from "../../src/devices/device.ts";
import type { PosPrinter, PrinterStatus } from "../../src/devices/pos-printer.ts";
import { Events } from "../../src/kernel/events.ts";
import { Fault } from "../../src/kernel/fault.ts";

/** A printer that prints into an array, and can be unplugged or opened. */
export interface FakePrinter {
	readonly device: ManagedDevice<PosPrinter>;
	readonly printed: readonly string[];
	readonly status: { -readonly [K in keyof PrinterStatus]: PrinterStatus[K] };
	unplug(cause: Fault): void;
	plug(): void;
}

export function fakePrinter(): FakePrinter {
	const printed: string[] = [];
	const status: FakePrinter["status"] = { online: true, paper: "ok", cover: "closed", error: "none" };
	const enabled: DeviceState = { state: "enabled", since: Date.UTC(2026, 0, 2), model: "fake printer" };
	let state: DeviceState = enabled;
	const changes = new Events<DeviceState>();
	const to = (next: DeviceState): void => {
		state = next;
		changes.emit(next);
	};
	const use = (): PosPrinter => {
		if (state.state === "offline") {
			throw new Fault("E_OFFLINE", { cause: state.cause });
		}
		return {
			category: "PosPrinter",
			model: "fake printer",
			columns: 42,
			status,
			checkHealth: async () => status,
			async print({ markup }) {
				printed.push(markup);
				return "printed";
			},
		};
	};
	const device: ManagedDevice<PosPrinter> = {
		id: "printer1",
		driver: "fake",
		category: "PosPrinter",
		port: "none",
		get state() {
			return state;
		},
		changes,
		use,
	};
	return {
		device,
		printed,
		status,
		unplug: (cause) => to({ state: "offline", since: Date.UTC(2026, 0, 3), cause, attempt: 2 }),
		plug: () => to(enabled),
	};
}
