import { request } from "node:http";
import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { type Scope, scopes } from "../../src/api/scopes.ts";
import { apiLimits, startApi } from "../../src/api/start-api.ts";
import { client } from "./client.ts";
import { type Counter, openCounter } from "./counter.ts";

let counter: Counter;

beforeAll(async () => {
	counter = await openCounter();
});

afterAll(() => counter.close());

/** Every route, and the scopes that open it. */
const readers = ["read", "sell", "operate", "admin"] as const;

const routes: readonly (readonly [string, readonly Scope[] | "open"])[] = [
	["POST /v1/transactions", ["sell", "admin"]],
	["GET /v1/transactions", readers],
	["GET /v1/transactions/txn_1", readers],
	["POST /v1/transactions/txn_1/cancel", ["sell", "admin"]],
	["GET /v1/transactions/txn_1/timeline", readers],
	["GET /v1/transactions/txn_1/receipts/merchant", readers],
	["POST /v1/transactions/txn_1/receipts/merchant/print", ["sell", "admin"]],
	["GET /v1/reversals", readers],
	["POST /v1/reversals/txn_1/retry", ["operate", "admin"]],
	["POST /v1/reversals/txn_1/release", ["admin"]],
	["GET /v1/lanes", readers],
	["GET /v1/lanes/lane1", readers],
	["GET /v1/lanes/lane1/readiness", readers],
	["GET /v1/devices", readers],
	["GET /v1/devices/pad1", readers],
	["POST /v1/devices/pad1/test", ["operate", "admin"]],
	["POST /v1/acquirers/bank/sign-in", ["operate", "admin"]],
	["POST /v1/acquirers/bank/echo", ["operate", "admin"]],
	["GET /v1/devices/pad1/statistics", readers],
	["GET /v1/acquirers/bank/statistics", readers],
	["GET /metrics", readers],
	["POST /v1/trace", ["operate", "admin"]],
	["GET /v1/devices/pad1/trace", ["operate", "admin"]],
	["GET /v1/acquirers/bank/trace", ["operate", "admin"]],
	["GET /v1/events", readers],
	["GET /healthz", "open"],
	["GET /readyz", "open"],
	["GET /openapi.json", "open"],
	["GET /problems/lane_busy", "open"],
];

async function statusOf(route: string, secret?: string): Promise<number> {
	const [method = "", path = ""] = route.split(" ");
	const response = await client(counter.api.url, secret).open(path, { method });
	await response.body?.cancel();
	return response.status;
}

describe("scopes", () => {
	test.each(routes)("%s", async (route, allowed) => {
		const open = allowed === "open";
		expect((await statusOf(route)) === 401).toBe(!open);
		for (const scope of scopes) {
			const { secret } = counter.tokens.create(scope, [scope]);
			const status = await statusOf(route, secret);
			expect([scope, status === 403]).toEqual([scope, !open && !allowed.includes(scope)]);
			expect(status).not.toBe(401);
		}
	});

	test("the table above has every route", async () => {
		const { paths } = (await client(counter.api.url, undefined).get("/openapi.json")).body;
		const described = Object.entries<object>(paths).flatMap(([path, methods]) =>
			Object.keys(methods).map((method) => `${method.toUpperCase()} ${path.replaceAll(/\{\w+\}/g, "*")}`),
		);
		const listed = routes.map(([route]) =>
			route
				.replace(/(?<=(transactions|reversals|lanes|devices|acquirers|receipts|problems)\/)\w+/, "*")
				.replace(/(?<=receipts\/)\w+/, "*"),
		);
		expect(listed.toSorted()).toEqual(described.toSorted());
	});

	test("the problem names the scope that is missing", async () => {
		expect(await counter.client("read").post("/v1/devices/pad1/test")).toMatchObject({
			status: 403,
			body: { code: "forbidden", detail: expect.stringContaining("operate") },
		});
	});

	test("several scopes add up", async () => {
		const both = counter.client("sell", "operate");
		expect((await both.post("/v1/devices/pad1/test")).status).toBe(200);
		expect((await both.post("/v1/transactions")).body.code).toBe("idempotency_key_missing");
	});
});

describe("tokens", () => {
	test.each(["", "Bearer", "Bearer ", "Basic dGJr", "Bearer tbk_wrong", `Bearer tbk_${"A".repeat(43)}`])(
		"%j is none",
		async (authorization) => {
			const response = await fetch(`${counter.api.url}/v1/lanes`, { headers: { authorization } });
			expect(response.status).toBe(401);
			expect(response.headers.get("www-authenticate")).toContain("Bearer");
			expect(await response.json()).toMatchObject({ code: "unauthorized", retryable: false });
		},
	);

	test("a revoked one counts no more, at once", async () => {
		const { token, secret } = counter.tokens.create("short", ["read"]);
		expect(await statusOf("GET /v1/lanes", secret)).toBe(200);
		counter.tokens.revoke(token.id);
		expect(await statusOf("GET /v1/lanes", secret)).toBe(401);
	});

	test("is asked for before the body is looked at", async () => {
		const nobody = client(counter.api.url, undefined);
		expect((await nobody.post("/v1/transactions", "{")).status).toBe(401);
	});
});

interface RawAnswer {
	readonly status: number;
	readonly headers: NodeJS.Dict<string | string[]>;
	readonly body: string;
}

/** With headers `fetch` would not let us set. */
function raw(method: string, path: string, headers: Record<string, string>): Promise<RawAnswer> {
	return new Promise((resolve, reject) => {
		const call = request(new URL(path, counter.api.url), { method, headers }, (response) => {
			let body = "";
			response.on("data", (chunk) => (body += chunk));
			response.on("end", () => resolve({ status: response.statusCode ?? 0, headers: response.headers, body }));
		});
		call.on("error", reject).end();
	});
}

describe("the Host header", () => {
	test.each(["127.0.0.1:8420", "localhost", "LOCALHOST:1", "[::1]:8420", "localhost."])("%s is ours", async (host) => {
		expect((await raw("GET", "/healthz", { host })).status).toBe(200);
	});

	test.each([
		"attacker.example",
		"127.0.0.1.attacker.example",
		"localhost.attacker.example:8420",
		"192.168.1.5",
		"::1",
	])("%j is refused, whatever is asked for", async (host) => {
		for (const path of ["/healthz", "/v1/lanes", "/nothing"]) {
			const answer = await raw("GET", path, { host });
			expect(answer.status).toBe(403);
			expect(JSON.parse(answer.body)).toMatchObject({ code: "host_header_refused" });
		}
	});
});

describe("the Origin header", () => {
	const till = "https://till.example";

	test("of a page that is not listed is refused, also with a token", async () => {
		const { secret } = counter.tokens.create("page", ["sell"]);
		for (const origin of [
			"https://attacker.example",
			"null",
			"http://till.example",
			"https://till.example.attacker.example",
		]) {
			const answer = await raw("POST", "/v1/transactions", { origin, authorization: `Bearer ${secret}` });
			expect(answer.status).toBe(403);
			expect(answer.headers["access-control-allow-origin"]).toBeUndefined();
			expect(JSON.parse(answer.body)).toMatchObject({ code: "origin_refused" });
		}
	});

	test("of a listed page may call and read", async () => {
		const preflight = await raw("OPTIONS", "/v1/transactions", {
			origin: till,
			"access-control-request-method": "POST",
			"access-control-request-headers": "authorization,idempotency-key",
		});
		expect(preflight.status).toBe(204);
		expect(preflight.headers).toMatchObject({
			"access-control-allow-origin": till,
			"access-control-allow-methods": "GET, POST",
			"access-control-allow-headers": expect.stringContaining("Idempotency-Key"),
			vary: "Origin",
		});
		const answer = await raw("GET", "/v1/lanes", { origin: till });
		expect(answer.status).toBe(401);
		expect(answer.headers["access-control-allow-origin"]).toBe(till);
	});

	test("of our own pages may call", async () => {
		const origin = counter.api.url;
		expect((await raw("GET", "/healthz", { origin })).status).toBe(200);
	});
});

test("too many requests of one caller do not stop another", async () => {
	const small = await openCounter({ limits: { ...apiLimits, requestsPerMinute: 5 } });
	const [greedy, modest] = [small.client("read"), small.client("read")];
	for (let count = 0; count < 5; count++) {
		expect((await greedy.get("/v1/lanes")).status).toBe(200);
	}
	const refused = await greedy.get("/v1/lanes");
	expect(refused).toMatchObject({ status: 429, body: { code: "rate_limited", retryable: true, moneyMoved: "no" } });
	expect(Number(refused.headers.get("retry-after"))).toBeGreaterThan(0);
	expect((await modest.get("/v1/lanes")).status).toBe(200);
	await small.close();
});

test("an address in use is said so", async () => {
	const port = Number(new URL(counter.api.url).port);
	const listen = { host: "127.0.0.1", port, names: [], origins: [] };
	await expect(startApi({ ...counter.options, listen })).rejects.toMatchObject({ code: "address_in_use" });
});

test("answers are not kept or sniffed by browsers", async () => {
	const { headers } = await raw("GET", "/v1/lanes", {});
	expect(headers).toMatchObject({ "cache-control": "no-store", "x-content-type-options": "nosniff" });
});
