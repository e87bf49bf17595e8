import { expect, test } from "vitest";
import type { PrinterStatus } from "../../../src/devices/pos-printer.ts";
import { errorWasCleared, type JobEvent, nextJobState } from "../../../src/drivers/escpos/job.ts";

const fine: PrinterStatus = { online: true, paper: "ok", cover: "closed", error: "none" };
const sending: JobEvent = { kind: "sending" };
const ready: JobEvent = { kind: "status", status: fine };
const stopped: JobEvent = { kind: "status", status: { ...fine, online: false, paper: "end" } };
const proven: JobEvent = { kind: "proven" };
const unprovable: JobEvent = { kind: "unprovable" };

test.each([
	["queued", { sending: "sent", ready: "queued", stopped: "queued", proven: "queued", unprovable: "queued" }],
	["sent", { sending: "sent", ready: "sent", stopped: "suspended", proven: "printed", unprovable: "unknown" }],
	[
		"suspended",
		{ sending: "suspended", ready: "sent", stopped: "suspended", proven: "printed", unprovable: "unknown" },
	],
	["printed", { sending: "printed", ready: "printed", stopped: "printed", proven: "printed", unprovable: "printed" }],
	["unknown", { sending: "unknown", ready: "unknown", stopped: "unknown", proven: "unknown", unprovable: "unknown" }],
] as const)("from %s", (state, next) => {
	const reached = Object.entries({ sending, ready, stopped, proven, unprovable }).map(
		([name, event]) => [name, nextJobState(state, event)] as const,
	);
	expect(Object.fromEntries(reached)).toEqual(next);
});

test.each([
	[{ cover: "open", error: "cutter" }, { cover: "closed", error: "cutter" }, true],
	[{ cover: "open", error: "none" }, { cover: "closed", error: "mechanical" }, true],
	[{ cover: "closed", error: "cutter" }, { cover: "closed", error: "cutter" }, false],
	[{ cover: "open", error: "cutter" }, { cover: "open", error: "cutter" }, false],
	[{ cover: "open", error: "unrecoverable" }, { cover: "closed", error: "unrecoverable" }, false],
	[{ cover: "open", error: "none" }, { cover: "closed", error: "none" }, false],
] as const)("%o, then %o: somebody cleared the error: %s", (before, now, cleared) => {
	expect(errorWasCleared({ ...fine, ...before }, { ...fine, ...now })).toBe(cleared);
});
