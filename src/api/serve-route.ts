import type { FastifyInstance, FastifyReply } from "fastify";
import type { Callers } from "./callers.ts";
import { describeRoute } from "./openapi.ts";
import type { Route } from "./route.ts";

interface Service {
	readonly callers: Callers;
	/** Aborted when the daemon stops: nobody waits longer. */
	readonly stopping: AbortSignal;
}

/** Puts a route on the server: the scope before the body is read, the answer as the route describes it. */
export function serveRoute(app: FastifyInstance, route: Route, { callers, stopping }: Service): void {
	const { scope } = route;
	app.route({
		method: route.method,
		url: route.url,
		schema: describeRoute(route),
		async preParsing(request) {
			if (scope !== "open") {
				callers.demand(request, scope);
			}
		},
		async handler(request, reply) {
			const answer = await route.run({
				token: callers.tokenOf(request),
				supervisor: () => callers.supervisorOf(request),
				allowed: () => callers.stillAllowed(request),
				signal: AbortSignal.any([stopping, goneSignal(reply)]),
				params: request.params,
				query: request.query,
				headers: request.headers,
				body: request.body ?? undefined,
			});
			return reply.code(answer.status).headers(answer.headers).type(answer.media).send(answer.body);
		},
	});
}

/** Aborts when the connection of a request is closed, by either side. */
function goneSignal({ raw }: FastifyReply): AbortSignal {
	const gone = new AbortController();
	raw.once("close", () => gone.abort());
	return gone.signal;
}
