import { z } from "zod";
import type { ManagedDevice } from "../devices/device.ts";
import type { PinPadHealth } from "../devices/pin-pad.ts";
import type { PrinterStatus } from "../devices/pos-printer.ts";
import { rfc3339 } from "../kernel/clock.ts";
import { Fault } from "../kernel/fault.ts";
import { document, moment } from "./documents.ts";
import { type FaultReport, faultReport, faultReportDocument } from "./fault-report.ts";

const pinPadHealth = z.object({ masterKeys: z.enum(["held", "lost"]), battery: z.enum(["good", "weak"]) });

const printerStatus = z.object({
	online: z.boolean(),
	paper: z.enum(["ok", "near_end", "end"]),
	cover: z.enum(["closed", "open"]),
	error: z.enum(["none", "cutter", "mechanical", "overheated", "unrecoverable"]),
});

const health = z.union([pinPadHealth, printerStatus]);

/** A configured device, whether it is there or not. */
export const deviceDocument = document(
	"Device",
	z.object({
		id: z.string(),
		category: z.enum(["PinPad", "PosPrinter"]).meta({ description: "UnifiedPOS category" }),
		driver: z.string(),
		port: z.string(),
		state: z.enum(["closed", "opening", "enabled", "offline"]),
		since: moment.nullable(),
		attempt: z.int().nullable().meta({ description: "How often it was tried to open it" }),
		model: z.string().nullable(),
		cause: faultReportDocument.nullable().meta({ description: "Why it is offline" }),
		health: health.nullable().meta({ description: "As last reported; `null` unless it is enabled" }),
	}),
);

type DeviceDocument = z.input<typeof deviceDocument>;

export const deviceTestDocument = document(
	"DeviceTest",
	z.object({
		device: z.string(),
		passed: z.boolean(),
		durationMs: z.number(),
		health: health.nullable(),
		fault: faultReportDocument.nullable(),
	}),
);

export function showDevice(device: ManagedDevice): DeviceDocument {
	const { id, category, driver, port } = device;
	return { id, category, driver, port, ...showState(device), health: lastHealth(device) };
}

type StatePart = Pick<DeviceDocument, "state" | "since" | "attempt" | "model" | "cause">;

function showState({ state, id }: ManagedDevice): StatePart {
	const unknown = { since: null, attempt: null, model: null, cause: null };
	switch (state.state) {
		case "closed":
			return { ...unknown, state: "closed" };
		case "opening":
			return { ...unknown, state: "opening", attempt: state.attempt };
		case "enabled":
			return { ...unknown, state: "enabled", since: rfc3339(state.since), model: state.model };
		case "offline":
			return {
				...unknown,
				state: "offline",
				since: rfc3339(state.since),
				attempt: state.attempt,
				cause: ofDevice(faultReport(state.cause), id),
			};
	}
}

/** A device may be lost between its state and the look at it. */
function lastHealth(managed: ManagedDevice): DeviceDocument["health"] {
	if (managed.state.state !== "enabled") {
		return null;
	}
	try {
		const device = managed.use();
		return showHealth(device.category === "PinPad" ? device.health : device.status);
	} catch (error) {
		if (error instanceof Fault) {
			return null;
		}
		throw error;
	}
}

export function showHealth(health: PinPadHealth | PrinterStatus): DeviceDocument["health"] {
	if ("masterKeys" in health) {
		return { masterKeys: health.masterKeys, battery: health.battery };
	}
	return { online: health.online, paper: health.paper, cover: health.cover, error: health.error };
}

/** Lower rooms do not always know which device they speak of. */
export function ofDevice(report: FaultReport, device: string): FaultReport {
	return { ...report, device };
}
