import { z } from "zod";
import { Fault } from "../kernel/fault.ts";
import { document } from "./documents.ts";

/** What is wrong, where, why, and what a person does about it. */
export const faultReportFields = {
	code: z.string().meta({ description: "Stable; compare this, never texts", examples: ["E_CLAIMED"] }),
	detail: z.string().meta({ examples: ["/dev/ttyUSB0 is held by minicom (4711)"] }),
	device: z.string().nullable(),
	cause: z
		.string()
		.nullable()
		.meta({ description: "The system's, the device's or the inner code", examples: ["EBUSY", "paper_end"] }),
	holder: z
		.object({ pid: z.int(), name: z.string() })
		.nullable()
		.meta({ description: "The program that has the device" }),
	actions: z.array(z.string()).meta({ description: "What to do, in this order" }),
};

export const faultReportDocument = document("FaultReport", z.object(faultReportFields));

export type FaultReport = z.input<typeof faultReportDocument>;

/** The report of a fault. */
export function faultReport(fault: Fault): FaultReport {
	const { device, pid, holder } = fault.context;
	return {
		code: fault.code,
		detail: fault.message,
		device: typeof device === "string" ? device : null,
		cause: fault.extended ?? causeCode(fault.cause),
		holder: typeof pid === "number" ? { pid, name: String(holder ?? "unknown") } : null,
		actions: [...new Set(faultsOf(fault).map(({ action }) => action))],
	};
}

/** The fault and the faults that led to it, outermost first. */
function faultsOf(fault: Fault): readonly Fault[] {
	return fault.cause instanceof Fault ? [fault, ...faultsOf(fault.cause)] : [fault];
}

function causeCode(cause: unknown): string | null {
	return cause instanceof Error && "code" in cause && typeof cause.code === "string" ? cause.code : null;
}
