import type { PrinterStatus } from "../../devices/pos-printer.ts";
import { Fault } from "../../kernel/fault.ts";
import type { RealTimeTopic } from "./commands.ts";

/** Answers to DLE EOT 1 to 4, by topic. */
export type RealTimeAnswers = Readonly<Record<RealTimeTopic, number>>;

/**
 * Status from an automatic status block (GS a).
 * @param block four bytes; fixed bits were checked by the demux
 */
export function fromAutomatic(block: Uint8Array): PrinterStatus {
	const [printer = 0, error = 0, paper = 0] = block;
	const cover = (printer & 0x20) === 0 ? "closed" : "open";
	return {
		online: (printer & 0x08) === 0,
		cover,
		error: errorOf(error, cover),
		paper: paperOf({ end: paper & 0x0c, nearEnd: paper & 0x03 }),
	};
}

/** Status from the four real-time answers (DLE EOT). */
export function fromRealTime(answers: RealTimeAnswers): PrinterStatus {
	const stoppedByPaper = answers[2] & 0x20;
	const cover = (answers[2] & 0x04) === 0 ? "closed" : "open";
	return {
		online: (answers[1] & 0x08) === 0,
		cover,
		error: errorOf(answers[3], cover),
		paper: paperOf({ end: stoppedByPaper | (answers[4] & 0x60), nearEnd: answers[4] & 0x0c }),
	};
}

/** True when a job sent now would be printed at once. */
export function isReady(status: PrinterStatus): boolean {
	return obstacle(status) === undefined;
}

/** Why nothing can be printed now, or undefined. */
export function obstacle(status: PrinterStatus): Fault | undefined {
	if (status.paper === "end") {
		return new Fault("E_EXTENDED", { detail: "the printer is out of paper", extended: "paper_end" });
	}
	if (status.cover === "open") {
		return new Fault("E_EXTENDED", { detail: "the printer's cover is open", extended: "cover_open" });
	}
	if (status.error !== "none") {
		const extended = `printer_${status.error}`;
		return new Fault("E_EXTENDED", { detail: `the printer reports an error: ${status.error}`, extended });
	}
	return status.online ? undefined : new Fault("E_OFFLINE", { detail: "the printer says it is offline" });
}

export function sameStatus(left: PrinterStatus, right: PrinterStatus): boolean {
	return (
		left.online === right.online &&
		left.paper === right.paper &&
		left.cover === right.cover &&
		left.error === right.error
	);
}

/**
 * Byte 2 of the automatic status and the answer to DLE EOT 3 use the same bits. The one for errors that go away by
 * themselves means a hot head, unless an open cover explains it.
 */
function errorOf(byte: number, cover: PrinterStatus["cover"]): PrinterStatus["error"] {
	const known = errorBits.find(({ bit }) => (byte & bit) !== 0)?.error ?? "none";
	return known === "overheated" && cover === "open" ? "none" : known;
}

/** The worst first. */
const errorBits = [
	{ bit: 0x20, error: "unrecoverable" },
	{ bit: 0x08, error: "cutter" },
	{ bit: 0x04, error: "mechanical" },
	{ bit: 0x40, error: "overheated" },
] as const;

function paperOf(sensors: { readonly end: number; readonly nearEnd: number }): PrinterStatus["paper"] {
	if (sensors.end !== 0) {
		return "end";
	}
	return sensors.nearEnd !== 0 ? "near_end" : "ok";
}
