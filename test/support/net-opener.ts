import { connect } from "node:net";
import { Fault } from "../../src/kernel/fault.ts";
import type { PortOpener } from "../../src/ports/port.ts";

/** The least that opens a TCP port: what these tests need of `openPort`, so that they stand without it. */
export const netOpener: PortOpener = (address, listener, options) => {
	if (address.kind !== "tcp") {
		throw new Error("TCP only");
	}
	const opened = Promise.withResolvers<Awaited<ReturnType<PortOpener>>>();
	const socket = connect({ host: address.host, port: address.port, noDelay: true });
	let closed = false;
	const gone = (cause: unknown): void => {
		if (!closed) {
			closed = true;
			listener.onLost(new Fault("E_NOHARDWARE", { detail: "connection lost", cause }));
		}
	};
	const timer = options.clock.after(options.deadlineMs, () => {
		opened.reject(new Fault("E_TIMEOUT"));
		socket.destroy();
	});
	const onAbort = (): void => {
		opened.reject(options.signal?.reason);
		socket.destroy();
	};
	options.signal?.addEventListener("abort", onAbort, { once: true });
	socket.once("connect", () => {
		timer.cancel();
		options.signal?.removeEventListener("abort", onAbort);
		socket.on("data", (chunk) => listener.onData(Uint8Array.from(chunk)));
		socket.on("close", () => gone(undefined));
		opened.resolve({
			label: `${address.host}:${address.port}`,
			write: (bytes) =>
				new Promise((resolve, reject) => {
					socket.write(bytes, (error) => (error ? reject(error) : resolve()));
				}),
			async close() {
				closed = true;
				socket.destroy();
			},
		});
	});
	socket.on("error", (cause) => {
		timer.cancel();
		opened.reject(new Fault("E_OFFLINE", { cause }));
	});
	return opened.promise;
};
