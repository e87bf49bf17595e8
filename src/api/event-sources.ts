import type { ManagedDevice } from "../devices/device.ts";
import { asFault } from "../kernel/fault.ts";
import type { Log } from "../kernel/log.ts";
import type { Payments } from "../payments/payments.ts";
import { showDevice } from "./device-document.ts";
import type { EventHub, EventType } from "./event-hub.ts";
import { showTransaction } from "./transaction-document.ts";

interface Sources {
	readonly payments: Payments;
	readonly devices: readonly ManagedDevice[];
	readonly log: Log;
}

/** Publishes every step of a transaction and every change of a device. Returns the way to stop. */
export function publishChanges(hub: EventHub, { payments, devices, log }: Sources): () => void {
	// A listener that throws would be thrown at the payment itself.
	const publish = (type: EventType, data: () => unknown): void => {
		try {
			hub.publish(type, data());
		} catch (error) {
			log.error("an event could not be published", { type, cause: asFault(error).message });
		}
	};
	const stops = [
		payments.changes.subscribe((transaction) =>
			publish("transaction.updated", () => showTransaction(transaction, payments)),
		),
		...devices.map((device) => device.changes.subscribe(() => publish("device.updated", () => showDevice(device)))),
	];
	return () => stops.forEach((stop) => stop());
}
