import type { Bytes } from "../../wire/bytes.ts";

/** What the sensors of the printer feel. */
export interface Condition {
	readonly cover: "open" | "closed";
	readonly online: boolean;
	readonly error: "none" | "cutter" | "mechanical" | "overheated" | "unrecoverable";
	readonly paper: "ok" | "near_end" | "end";
}

/** A stopped printer keeps what it is sent, and prints it when it goes on. */
export function isStopped({ cover, online, error, paper }: Condition): boolean {
	return cover === "open" || !online || error !== "none" || paper === "end";
}

/** The four bytes of the automatic status (GS a). */
export function automaticStatus(condition: Condition): Bytes {
	const printer = 0x10 | (isStopped(condition) ? 0x08 : 0) | (condition.cover === "open" ? 0x20 : 0);
	return Uint8Array.of(printer, errorBits(condition), paperSensors(condition), 0x00);
}

/** The byte that answers DLE EOT `topic` (1 printer, 2 cause of being offline, 3 error, 4 paper); undefined for others. */
export function realTimeStatus(condition: Condition, topic: number): number | undefined {
	const fixed = 0x12;
	switch (topic) {
		case 1:
			return fixed | (isStopped(condition) ? 0x08 : 0);
		case 2:
			return (
				fixed |
				(condition.cover === "open" ? 0x04 : 0) |
				(condition.paper === "end" ? 0x20 : 0) |
				(condition.error === "none" ? 0 : 0x40)
			);
		case 3:
			return fixed | errorBits(condition);
		case 4:
			return fixed | realTimePaper[condition.paper];
		default:
			return undefined;
	}
}

/** The byte that answers GS r 1; the third byte of the automatic status is the same. */
export function paperSensors({ paper }: Condition): number {
	return { ok: 0x00, near_end: 0x03, end: 0x0f }[paper];
}

const realTimePaper = { ok: 0x00, near_end: 0x0c, end: 0x6c } as const;

/** An open cover counts among the errors that go away by themselves. */
function errorBits({ error, cover }: Condition): number {
	const bits = { none: 0x00, mechanical: 0x04, cutter: 0x08, unrecoverable: 0x20, overheated: 0x40 }[error];
	return bits | (cover === "open" ? 0x40 : 0);
}
