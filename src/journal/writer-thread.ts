import { parentPort, receiveMessageOnPort, workerData } from "node:worker_threads";
import { connect } from "./sqlite.ts";
import { type SealedStep, Writer } from "./writer.ts";

/** What the thread is started with. The bell is one counter: it grows with each message. */
export interface WriterThreadData {
	readonly file: string;
	readonly bell: Int32Array<SharedArrayBuffer>;
}

/** Steps to be written, or the wish to end. Each list of steps is answered by a list of results. */
export type WriterMessage = readonly SealedStep[] | "close";

/** A writer in a hurry answers an answer within this time; waking a sleeping thread would take as long. */
const listenMs = 0.05;

/** Everything that came during one fsync shares the next. */
function serve(port: NonNullable<typeof parentPort>, { file, bell }: WriterThreadData): void {
	const writer = new Writer(connect(file));
	for (;;) {
		const heard = Atomics.load(bell, 0);
		const messages = received(port);
		if (messages.length === 0) {
			awaitBell(bell, heard);
			continue;
		}
		port.postMessage(writer.commit(messages.flatMap((message) => (message === "close" ? [] : message))));
		if (messages.includes("close")) {
			writer.close();
			return;
		}
	}
}

/** Listens awake for a moment, then sleeps until the bell rings. */
function awaitBell(bell: Int32Array<SharedArrayBuffer>, heard: number): void {
	const end = performance.now() + listenMs;
	while (performance.now() < end) {
		if (Atomics.load(bell, 0) !== heard) {
			return;
		}
	}
	Atomics.wait(bell, 0, heard);
}

function received(port: NonNullable<typeof parentPort>): readonly WriterMessage[] {
	const messages: WriterMessage[] = [];
	for (let next = receiveMessageOnPort(port); next !== undefined; next = receiveMessageOnPort(port)) {
		messages.push(next.message);
	}
	return messages;
}

if (parentPort === null) {
	throw new Error("this file is the journal's writing thread");
}
serve(parentPort, workerData);
