import type { Readable } from "node:stream";
import { beforeEach, expect, test } from "vitest";
import { EventHub } from "../../src/api/event-hub.ts";
import { ManualClock, settle } from "../support/manual-clock.ts";

let clock: ManualClock;
let hub: EventHub;

beforeEach(() => {
	clock = new ManualClock();
	hub = new EventHub({ clock, remembered: 10, heartbeatMs: 1000, maxStreams: 1 });
});

/** All that is waiting in a stream, in however many pieces. */
function unread(stream: Readable): string {
	const pieces: Buffer[] = [];
	for (let piece: Buffer | null = stream.read(); piece !== null; piece = stream.read()) {
		pieces.push(piece);
	}
	return Buffer.concat(pieces).toString();
}

const always = (): boolean => true;
const long = "x".repeat(400_000);

test("a client that does not read is let go, and gets what it missed when it comes back", async () => {
	const stream = hub.open(undefined, always);
	const id = /id: (\S+)/.exec(String(stream.read()))?.[1];
	for (let count = 0; count < 4; count++) {
		hub.publish("device.updated", long);
	}
	expect(stream.destroyed).toBe(true);
	await settle();
	expect(unread(hub.open(id, always)).match(/event: device\.updated/g)).toHaveLength(4);
});

test("a hub that is closed ends its streams, opens none and lets the clock rest", () => {
	const stream = hub.open(undefined, always);
	stream.read();
	hub.close();
	expect(stream.read()).toBeNull();
	expect(clock.timers).toBe(0);
	expect(() => hub.open(undefined, always)).toThrow(expect.objectContaining({ code: "shutting_down" }));
});
