import { z } from "zod";
import type { EventHub } from "./event-hub.ts";
import { nothing, type Route, route } from "./route.ts";

/** What happens, as it happens. */
export function eventRoutes(hub: EventHub): readonly Route[] {
	return [
		route({
			method: "GET",
			url: "/v1/events",
			scope: "read",
			tag: "events",
			summary: "Server-sent events: `transaction.updated`, `device.updated`, and `reset` when too much was missed.",
			request: {
				...nothing,
				headers: z.object({
					"last-event-id": z
						.string()
						.max(64)
						.optional()
						.meta({ description: "The last id seen: what came after it is sent first", examples: ["mjw9k1c0-0"] }),
				}),
			},
			answers: { 200: { description: "A stream that goes on", media: "text/event-stream" } },
			handle: ({ headers, allowed }) => ({ status: 200, body: hub.open(headers["last-event-id"], allowed) }),
		}),
	];
}
