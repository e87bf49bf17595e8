import type { Events } from "../kernel/events.ts";
import type { Fault } from "../kernel/fault.ts";
import type { PinPad } from "./pin-pad.ts";
import type { PosPrinter } from "./pos-printer.ts";

/** What a driver makes of a port: one of the UnifiedPOS device categories. */
export type Device = PinPad | PosPrinter;

export type DeviceCategory = Device["category"];

/** Where a device stands. A missing device is a state, never an exit. */
export type DeviceState =
	| { readonly state: "closed" }
	| { readonly state: "opening"; readonly attempt: number }
	| { readonly state: "enabled"; readonly since: number; readonly model: string }
	| { readonly state: "offline"; readonly since: number; readonly cause: Fault; readonly attempt: number };

/** A configured device, whether it is there or not. */
export interface ManagedDevice<D extends Device = Device> {
	readonly id: string;
	readonly driver: string;
	readonly category: D["category"];
	readonly port: string;
	readonly state: DeviceState;
	readonly changes: Events<DeviceState>;
	/**
	 * The live device.
	 * @throws Fault `E_CLOSED`, or `E_OFFLINE`/`E_NOHARDWARE`/… with the cause of its absence
	 */
	use(): D;
}
