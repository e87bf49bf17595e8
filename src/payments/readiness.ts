import type { PosPrinter, PrinterStatus } from "../devices/pos-printer.ts";
import type { FaultContext } from "../kernel/fault.ts";
import { asFault, Fault } from "../kernel/fault.ts";
import type { Lane } from "./lane.ts";
import type { Obstacle } from "./payments.ts";

/** What stands between a lane and money, as last reported by its devices: nothing is asked on any line. */
export function obstaclesOf(lane: Lane): readonly Fault[] {
	return [...padObstacles(lane), ...printerObstacles(lane)];
}

/** For people: what is wrong, where, and what to do. */
export function asObstacle(fault: Fault): Obstacle {
	const { code, message: detail, action, context } = fault;
	return { code, detail, action, device: typeof context["device"] === "string" ? context["device"] : undefined };
}

function padObstacles({ pinPad }: Lane): readonly Fault[] {
	const device = { device: pinPad.id };
	try {
		return pinPad.use().health.masterKeys === "lost" ? [new Fault("keys_lost", { context: device })] : [];
	} catch (error) {
		return [onDevice(error, device)];
	}
}

/** Paper is looked at before the money: an approval without a slip is what cashiers repeat by mistake. */
function printerObstacles({ printer }: Lane): readonly Fault[] {
	if (printer === undefined) {
		return [];
	}
	const device = { device: printer.id };
	try {
		return printerFault(printer.use(), device);
	} catch (error) {
		return [onDevice(error, device)];
	}
}

function printerFault({ status }: PosPrinter, device: FaultContext): readonly Fault[] {
	const complaint = complaints.find(({ when }) => when(status));
	return complaint === undefined
		? []
		: [new Fault("lane_not_ready", { detail: complaint.says, extended: complaint.extended, context: device })];
}

const complaints: readonly {
	readonly when: (status: PrinterStatus) => boolean;
	readonly says: string;
	readonly extended: string;
}[] = [
	{ when: ({ paper }) => paper === "end", says: "The receipt printer is out of paper", extended: "paper_end" },
	{ when: ({ cover }) => cover === "open", says: "The cover of the receipt printer is open", extended: "cover_open" },
	{ when: ({ error }) => error !== "none", says: "The receipt printer reports an error", extended: "printer_error" },
	{ when: ({ online }) => !online, says: "The receipt printer is offline", extended: "printer_offline" },
];

function onDevice(error: unknown, device: FaultContext): Fault {
	const fault = asFault(error);
	return new Fault(fault.code, { detail: fault.message, context: { ...fault.context, ...device }, cause: fault });
}
