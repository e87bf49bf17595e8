import rateLimit from "@fastify/rate-limit";
import swagger from "@fastify/swagger";
import { type FastifyInstance, fastify } from "fastify";
import type { ManagedDevice } from "../devices/device.ts";
import type { Diagnostics } from "../diagnostics/diagnostics.ts";
import type { Clock } from "../kernel/clock.ts";
import { asFault, Fault } from "../kernel/fault.ts";
import type { Log } from "../kernel/log.ts";
import type { Payments } from "../payments/payments.ts";
import { acquirerRoutes } from "./acquirer-routes.ts";
import { Callers } from "./callers.ts";
import { deviceRoutes } from "./device-routes.ts";
import { diagnosticRoutes } from "./diagnostic-routes.ts";
import { documentSchemas } from "./documents.ts";
import { EventHub } from "./event-hub.ts";
import { eventRoutes } from "./event-routes.ts";
import { publishChanges } from "./event-sources.ts";
import { guardDoor } from "./front-door.ts";
import type { HostRules } from "./host-check.ts";
import { laneRoutes } from "./lane-routes.ts";
import { openApiOptions } from "./openapi.ts";
import { parseJson } from "./parse-json.ts";
import { answerProblemsWith } from "./problem-answers.ts";
import { reversalRoutes } from "./reversal-routes.ts";
import { RunningRequests } from "./running-requests.ts";
import { serveRoute } from "./serve-route.ts";
import { serviceRoutes } from "./service-routes.ts";
import type { Tokens } from "./tokens.ts";
import { transactionRoutes } from "./transaction-routes.ts";

/** How much one caller may ask for. */
export interface ApiLimits {
	readonly requestsPerMinute: number;
	readonly bodyBytes: number;
	/** Events a client may have missed and still be told of. */
	readonly rememberedEvents: number;
	readonly heartbeatMs: number;
	readonly eventStreams: number;
}

/** Far above what a till needs, far below what would disturb it. */
export const apiLimits: ApiLimits = {
	requestsPerMinute: 6_000,
	bodyBytes: 16_384,
	rememberedEvents: 1_000,
	heartbeatMs: 15_000,
	eventStreams: 64,
};

/** How long a request may take to arrive. */
const arrivalMs = 30_000;

/** How long running requests may take to answer when the daemon stops. */
const closeMs = 10_000;

export interface ApiOptions {
	readonly listen: HostRules & { readonly port: number };
	readonly payments: Payments;
	readonly devices: readonly ManagedDevice[];
	readonly diagnostics: Diagnostics;
	readonly tokens: Tokens;
	readonly clock: Clock;
	readonly log: Log;
	readonly version: string;
	readonly limits: ApiLimits;
}

export interface Api {
	/** Where it listens, as `http://127.0.0.1:8420`. */
	readonly url: string;
	/** Takes no new requests, ends waits and event streams, lets running requests answer. */
	close(): Promise<void>;
}

/**
 * Opens the API. Close it before the payments.
 * @throws Fault `address_in_use`
 */
export async function startApi(options: ApiOptions): Promise<Api> {
	const { clock, limits, listen } = options;
	const hub = new EventHub({
		clock,
		remembered: limits.rememberedEvents,
		heartbeatMs: limits.heartbeatMs,
		maxStreams: limits.eventStreams,
	});
	const stopPublishing = publishChanges(hub, options);
	const stopping = new AbortController();
	const app = createServer(options);
	const running = new RunningRequests(app);
	await furnish(app, { ...options, hub, stopping: stopping.signal });
	const close = async (): Promise<void> => {
		stopping.abort(new Fault("shutting_down"));
		stopPublishing();
		hub.close();
		await running.end(clock, closeMs);
		await app.close();
	};
	try {
		const url = await app.listen({ host: listen.host, port: listen.port });
		return { url, close };
	} catch (error) {
		await close();
		throw listenFault(error, listen);
	}
}

function createServer(options: ApiOptions): FastifyInstance {
	const answerProblem = answerProblemsWith(options);
	const app = fastify({
		bodyLimit: options.limits.bodyBytes,
		exposeHeadRoutes: false,
		requestTimeout: arrivalMs,
		// Requests that come late get a problem document; connections without a request do not keep us.
		return503OnClosing: false,
		forceCloseConnections: true,
		frameworkErrors: (error, request, reply) => void answerProblem(error, request, reply),
	});
	app.setErrorHandler(answerProblem);
	parseJson(app);
	trustOurSchemas(app);
	return app;
}

interface Furniture extends ApiOptions {
	readonly hub: EventHub;
	readonly stopping: AbortSignal;
}

async function furnish(app: FastifyInstance, furniture: Furniture): Promise<void> {
	const { listen, limits, version, payments, devices, diagnostics, tokens, clock, log, hub, stopping } = furniture;
	const callers = new Callers(tokens);
	guardDoor(app, { listen, callers, stopping, log });
	await app.register(rateLimit, {
		max: limits.requestsPerMinute,
		timeWindow: 60_000,
		keyGenerator: (request) => callers.tokenOf(request)?.id ?? request.ip,
		errorResponseBuilder: () => new Fault("rate_limited"),
	});
	await app.register(swagger, openApiOptions(version));
	const routes = [
		...transactionRoutes(payments),
		...reversalRoutes(payments),
		...laneRoutes(payments),
		...deviceRoutes(devices, clock),
		...acquirerRoutes(payments),
		...diagnosticRoutes({ diagnostics, clock, version }),
		...eventRoutes(hub),
		...serviceRoutes({ payments, clock, version, describe: () => app.swagger() }),
	];
	for (const route of routes) {
		serveRoute(app, route, { callers, stopping });
	}
	app.setNotFoundHandler({ preHandler: app.rateLimit() }, () => {
		throw new Fault("route_unknown");
	});
}

/** Routes validate by the schemas their description is made of; the framework only publishes them. */
function trustOurSchemas(app: FastifyInstance): void {
	for (const [name, schema] of Object.entries(documentSchemas())) {
		app.addSchema({ ...schema, $id: name });
	}
	app.setValidatorCompiler(() => () => true);
	app.setSerializerCompiler(() => (answer) => JSON.stringify(answer));
}

function listenFault(error: unknown, { host, port }: ApiOptions["listen"]): Fault {
	const code = error instanceof Error && "code" in error ? error.code : undefined;
	return code === "EADDRINUSE"
		? new Fault("address_in_use", { context: { host, port }, cause: error })
		: asFault(error);
}
