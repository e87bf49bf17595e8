import { EventEmitter } from "node:events";
import type { SerialPort } from "serialport";

const events = ["readable", "writable", "disconnect"] as const;

/**
 * Has promises that wait for a port go on at once. The poller of @serialport/bindings-cpp 13 calls back outside of any
 * callback scope (`Function::Call` instead of `MakeCallback`), after which Node 26 runs no microtasks: what awaits the
 * event would sleep until something else wakes the event loop. A turn of the loop has such a scope.
 */
export function wakeWithPoller({ port }: SerialPort): void {
	if (port === undefined || !("poller" in port) || !(port.poller instanceof EventEmitter)) {
		return;
	}
	for (const event of events) {
		port.poller.on(event, () => setImmediate(turnOfTheLoop));
	}
}

function turnOfTheLoop(): void {
	// The turn itself is all that is wanted.
}
