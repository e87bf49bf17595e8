import { z } from "zod";
import { Fault } from "../kernel/fault.ts";
import type { LaneView, Obstacle, Payments } from "../payments/payments.ts";
import { document } from "./documents.ts";
import { nothing, type Route, route } from "./route.ts";

const tag = "lanes";

const laneDocument = document(
	"Lane",
	z.object({
		id: z.string(),
		acquirer: z.string(),
		terminalId: z.string(),
		merchantId: z.string(),
		pinPad: z.string().meta({ description: "Id of the device" }),
		printer: z.string().nullable(),
		currency: z.string(),
		signedIn: z.boolean(),
		batch: z.string(),
		busyWith: z.string().nullable().meta({ description: "The transaction under way" }),
		reversalsOwed: z.int(),
	}),
);

export const laneList = document("LaneList", z.object({ lanes: z.array(laneDocument) }));

export const readinessDocument = document(
	"Readiness",
	z.object({
		lane: z.string(),
		ready: z.boolean(),
		obstacles: z.array(
			z.object({ code: z.string(), detail: z.string(), action: z.string(), device: z.string().nullable() }),
		),
	}),
);

const byId = z.strictObject({ id: z.string().meta({ examples: ["lane1"] }) });

/** Places to pay. */
export function laneRoutes(payments: Payments): readonly Route[] {
	return [
		route({
			method: "GET",
			url: "/v1/lanes",
			scope: "read",
			tag,
			summary: "All lanes.",
			request: nothing,
			answers: { 200: { description: "The lanes", schema: laneList } },
			handle: () => ({ status: 200, body: { lanes: payments.lanes().map(showLane) } }),
		}),
		route({
			method: "GET",
			url: "/v1/lanes/:id",
			scope: "read",
			tag,
			summary: "One lane.",
			request: { ...nothing, params: byId },
			answers: { 200: { description: "The lane", schema: laneDocument } },
			handle({ params: { id } }) {
				const lane = payments.lanes().find((one) => one.id === id);
				if (lane === undefined) {
					throw new Fault("lane_unknown", { context: { lane: id } });
				}
				return { status: 200, body: showLane(lane) };
			},
		}),
		route({
			method: "GET",
			url: "/v1/lanes/:id/readiness",
			scope: "read",
			tag,
			summary: "Whether a lane can take money now, and if not, why. Moves no money.",
			request: { ...nothing, params: byId },
			answers: { 200: { description: "Ready, or what stands in the way", schema: readinessDocument } },
			async handle({ params: { id } }) {
				const { lane, ready, obstacles } = await payments.readiness(id);
				return { status: 200, body: { lane, ready, obstacles: obstacles.map(showObstacle) } };
			},
		}),
	];
}

function showLane({ printer, busyWith, ...lane }: LaneView): z.input<typeof laneDocument> {
	return { ...lane, printer: printer ?? null, busyWith: busyWith ?? null };
}

function showObstacle({ code, detail, action, device }: Obstacle) {
	return { code, detail, action, device: device ?? null };
}
