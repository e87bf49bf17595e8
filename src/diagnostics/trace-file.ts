import { z } from "zod";
import { Fault } from "../kernel/fault.ts";
import { type TraceEntry, traceEntrySchema } from "./trace.ts";

const headerSchema = z.strictObject({
	/** Version of the format. */
	trace: z.literal(1),
	line: z.string(),
	kind: z.enum(["device", "acquirer"]),
	dialect: z.string(),
});

/** The first line of a trace file; each further line is an entry. */
export type TraceHeader = Readonly<z.infer<typeof headerSchema>>;

export interface Recording {
	readonly header: TraceHeader;
	readonly entries: readonly TraceEntry[];
}

/**
 * Reads a trace file: one JSON object a line.
 * @throws Fault `trace_invalid` with the line
 */
export function readTrace(text: string): Recording {
	const [first = "", ...rest] = text.trimEnd().split("\n");
	return {
		header: readLine(headerSchema, first, 1),
		entries: rest.map((line, index) => readLine(traceEntrySchema, line, index + 2)),
	};
}

function readLine<T>(schema: z.ZodType<T>, text: string, line: number): T {
	try {
		return schema.parse(JSON.parse(text));
	} catch (cause) {
		throw new Fault("trace_invalid", { detail: `Line ${line} is no line of a trace`, context: { line }, cause });
	}
}
