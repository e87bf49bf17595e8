import { z } from "zod";
import type { Diagnostics } from "../diagnostics/diagnostics.ts";
import { expose } from "../diagnostics/exposition.ts";
import type { LineName, LineWatch } from "../diagnostics/line-watch.ts";
import { traceEntrySchema } from "../diagnostics/trace.ts";
import { type Clock, rfc3339 } from "../kernel/clock.ts";
import { Fault } from "../kernel/fault.ts";
import { document, moment } from "./documents.ts";
import { nothing, type Route, route } from "./route.ts";
import { showStatistics, statisticsDocument } from "./statistics-document.ts";

const tag = "diagnostics";
/** Long enough to provoke a fault, short enough to be forgotten. */
const longestMinutes = 60;

const traceRequest = document(
	"TraceRequest",
	z
		.strictObject({
			device: z.string().optional(),
			acquirer: z.string().optional(),
			minutes: z.int().min(0).max(longestMinutes).meta({ description: "0 stops it" }),
		})
		.meta({ description: "Names one line: a device or an acquirer", examples: [{ device: "pad1", minutes: 5 }] }),
);

export const traceDocument = document(
	"Trace",
	z.object({
		line: z.string(),
		kind: z.enum(["device", "acquirer"]),
		dialect: z.string(),
		until: moment.nullable().meta({ description: "When it ends by itself; null while it is off" }),
		entries: z.array(traceEntrySchema).meta({ description: "Masked when they were recorded" }),
	}),
);

interface DiagnosticParts {
	readonly diagnostics: Diagnostics;
	readonly clock: Clock;
	readonly version: string;
}

/** What a technician looks at. Masked before it gets here; moves no money. */
export function diagnosticRoutes({ diagnostics, clock, version }: DiagnosticParts): readonly Route[] {
	const begun = clock.monotonicMs();
	return [
		...(["device", "acquirer"] as const).flatMap((kind) => [
			statisticsRoute(diagnostics, kind),
			traceRoute(diagnostics, kind),
		]),
		route({
			method: "GET",
			url: "/metrics",
			scope: "read",
			tag,
			summary: "All counters in the text format of Prometheus.",
			request: nothing,
			answers: { 200: { description: "Counters", media: "text/plain; version=0.0.4; charset=utf-8" } },
			handle: () => ({
				status: 200,
				body: expose(diagnostics.lines, {
					version,
					uptimeMs: clock.monotonicMs() - begun,
					memoryBytes: process.memoryUsage.rss(),
				}),
			}),
		}),
		route({
			method: "POST",
			url: "/v1/trace",
			scope: "operate",
			tag,
			summary: "Record the frames of one line for some minutes, masked; forgets an earlier recording.",
			request: { ...nothing, body: traceRequest },
			answers: { 200: { description: "It records", schema: traceDocument } },
			handle: ({ body }) => {
				const line = lineOf(diagnostics, body);
				if (body.minutes === 0) {
					line.trace.stop();
				} else {
					line.trace.start(body.minutes);
				}
				return { status: 200, body: showTrace(line, Number.MAX_SAFE_INTEGER) };
			},
		}),
	];
}

function statisticsRoute(diagnostics: Diagnostics, kind: LineName["kind"]): Route {
	return route({
		method: "GET",
		url: `/v1/${kind}s/:id/statistics`,
		scope: "read",
		tag,
		summary: `Counters and latencies of the line to one ${kind}.`,
		request: { ...nothing, params: lineId(kind) },
		answers: { 200: { description: "The counters", schema: statisticsDocument } },
		handle: ({ params: { id } }) => ({
			status: 200,
			body: showStatistics(id, found(diagnostics, { kind, id }).statistics),
		}),
	});
}

function traceRoute(diagnostics: Diagnostics, kind: LineName["kind"]): Route {
	return route({
		method: "GET",
		url: `/v1/${kind}s/:id/trace`,
		scope: "operate",
		tag,
		summary: `What was recorded of the line to one ${kind}, from one entry on.`,
		request: {
			...nothing,
			params: lineId(kind),
			query: z.strictObject({
				after: z
					.string()
					.regex(/^\d{1,9}$/)
					.default("0")
					.meta({ description: "Number of the last entry seen", examples: ["0"] }),
			}),
		},
		answers: { 200: { description: "The entries", schema: traceDocument } },
		handle: ({ params: { id }, query }) => ({
			status: 200,
			body: showTrace(found(diagnostics, { kind, id }), Number(query.after)),
		}),
	});
}

function lineId(kind: LineName["kind"]) {
	return z.strictObject({ id: z.string().meta({ examples: [kind === "device" ? "pad1" : "bank"] }) });
}

function lineOf(
	diagnostics: Diagnostics,
	{ device, acquirer }: { readonly device?: string | undefined; readonly acquirer?: string | undefined },
): LineWatch {
	if (device !== undefined && acquirer === undefined) {
		return found(diagnostics, { kind: "device", id: device });
	}
	if (acquirer !== undefined && device === undefined) {
		return found(diagnostics, { kind: "acquirer", id: acquirer });
	}
	throw new Fault("request_invalid", { detail: "Name one line: a device or an acquirer" });
}

/** @throws Fault `E_NOEXIST`, `acquirer_unknown` */
function found(diagnostics: Diagnostics, name: LineName): LineWatch {
	const line = diagnostics.find(name);
	if (line === undefined) {
		throw name.kind === "device"
			? new Fault("E_NOEXIST", { context: { device: name.id } })
			: new Fault("acquirer_unknown", { context: { acquirer: name.id } });
	}
	return line;
}

function showTrace({ name, trace }: LineWatch, after: number): z.input<typeof traceDocument> {
	return {
		line: name.id,
		kind: name.kind,
		dialect: trace.dialect,
		until: trace.until === undefined ? null : rfc3339(trace.until),
		entries: [...trace.after(after)],
	};
}
