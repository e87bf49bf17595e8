import type { FastifyInstance, FastifyReply, FastifyRequest } from "fastify";
import type { Log } from "../kernel/log.ts";
import type { Callers } from "./callers.ts";
import { allowedOrigin, checkHost, type HostRules } from "./host-check.ts";

interface FrontDoor {
	readonly log: Log;
	readonly listen: HostRules;
	readonly callers: Callers;
	/** Aborted when the daemon takes no new requests. */
	readonly stopping: AbortSignal;
}

/** What every request passes before anything looks at its path: are we open, is it meant for us, who is it. */
export function guardDoor(app: FastifyInstance, { listen, callers, stopping, log }: FrontDoor): void {
	app.addHook("onRequest", async (request, reply) => {
		reply.headers({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
		checkHost(listen, request.headers.host);
		const origin = allowedOrigin(listen, request.headers);
		if (origin !== undefined) {
			welcomePage(origin, reply);
		}
		if (origin !== undefined && isPreflight(request)) {
			return answerPreflight(reply);
		}
		stopping.throwIfAborted();
		return callers.identify(request);
	});
	// Patterns, not paths: a path holds whatever a client puts there.
	app.addHook("onResponse", async (request, { statusCode, elapsedTime }) => {
		const { method, routeOptions } = request;
		log.debug("request", {
			method,
			route: routeOptions.url,
			status: statusCode,
			ms: Math.round(elapsedTime),
			by: callers.tokenOf(request)?.id,
		});
	});
}

/** CORS (WHATWG Fetch, 3.3): a page of an allowed origin may read the answers. */
function welcomePage(origin: string, reply: FastifyReply): void {
	reply.headers({
		vary: "Origin",
		"access-control-allow-origin": origin,
		"access-control-expose-headers": "Location, Retry-After, Idempotency-Replayed, Preference-Applied",
	});
}

function isPreflight({ method, headers }: FastifyRequest): boolean {
	return method === "OPTIONS" && headers["access-control-request-method"] !== undefined;
}

function answerPreflight(reply: FastifyReply): FastifyReply {
	const allowed = {
		"access-control-allow-methods": "GET, POST",
		"access-control-allow-headers":
			"Authorization, Content-Type, Idempotency-Key, Prefer, Last-Event-ID, Tillbridge-Supervisor",
		"access-control-max-age": "600",
	};
	return reply.code(204).headers(allowed).send();
}
