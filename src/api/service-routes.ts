import { z } from "zod";
import type { Clock } from "../kernel/clock.ts";
import { Fault } from "../kernel/fault.ts";
import { faultCodes } from "../kernel/fault-codes.ts";
import type { Payments } from "../payments/payments.ts";
import { document } from "./documents.ts";
import { nothing, type Route, route } from "./route.ts";

const tag = "service";

const healthDocument = document(
	"Health",
	z.object({ status: z.literal("ok"), version: z.string(), uptimeMs: z.int() }),
);

const readyDocument = document(
	"Ready",
	z.object({ ready: z.boolean(), lanes: z.array(z.object({ lane: z.string(), ready: z.boolean() })) }),
);

const openApiDocument = document("OpenApi", z.looseObject({ openapi: z.string() }));

interface Service {
	readonly payments: Payments;
	readonly clock: Clock;
	readonly version: string;
	readonly describe: () => object;
}

/** For supervisors and for people who write clients. Nothing here needs a token, and nothing tells about money. */
export function serviceRoutes({ payments, clock, version, describe }: Service): readonly Route[] {
	const begun = clock.monotonicMs();
	return [
		route({
			method: "GET",
			url: "/healthz",
			scope: "open",
			tag,
			summary: "The daemon runs.",
			request: nothing,
			answers: { 200: { description: "It does", schema: healthDocument } },
			handle: () => ({
				status: 200,
				body: { status: "ok", version, uptimeMs: Math.round(clock.monotonicMs() - begun) },
			}),
		}),
		route({
			method: "GET",
			url: "/readyz",
			scope: "open",
			tag,
			summary: "At least one lane can take money, now or as soon as its present payment is done.",
			request: nothing,
			answers: {
				200: { description: "At least one can", schema: readyDocument },
				503: { description: "None can", schema: readyDocument },
			},
			async handle() {
				const lanes = await Promise.all(payments.lanes().map(({ id }) => canTakeMoney(payments, id)));
				const ready = lanes.some((lane) => lane.ready);
				return { status: ready ? 200 : 503, body: { ready, lanes } };
			},
		}),
		route({
			method: "GET",
			url: "/openapi.json",
			scope: "open",
			tag,
			summary: "This description.",
			request: nothing,
			answers: { 200: { description: "OpenAPI 3.1", schema: openApiDocument } },
			handle: () => ({ status: 200, body: { openapi: "3.1.0", ...describe() } }),
		}),
		route({
			method: "GET",
			url: "/problems/:code",
			scope: "open",
			tag,
			summary: "What a problem means and what to do about it.",
			request: { ...nothing, params: z.strictObject({ code: z.string().meta({ examples: ["lane_busy"] }) }) },
			answers: { 200: { description: "Text for people", media: "text/plain; charset=utf-8" } },
			handle: ({ params }) => ({ status: 200, body: explain(params.code) }),
		}),
	];
}

async function canTakeMoney(payments: Payments, lane: string): Promise<{ lane: string; ready: boolean }> {
	const { obstacles } = await payments.readiness(lane);
	return { lane, ready: obstacles.every(({ code }) => code === "lane_busy") };
}

function explain(wanted: string): string {
	const info = Object.entries(faultCodes).find(([code]) => code === wanted)?.[1];
	if (info === undefined) {
		throw new Fault("route_unknown", { detail: "There is no such problem" });
	}
	const retry = info.retryable
		? "The same request, with the same key, may be sent again."
		: "Sending it again is no use.";
	return `${wanted}\n\n${info.title}.\nWhat to do: ${info.action}\n${retry}\nHTTP status: ${info.status}\n`;
}
