import { afterAll, beforeAll, describe, expect, test } from "vitest";
import { z } from "zod";
import { type Client, order } from "./client.ts";
import { type Counter, openCounter } from "./counter.ts";

const media = z.object({ schema: z.looseObject({ $ref: z.string().optional() }) });
const operation = z.object({
	operationId: z.string(),
	summary: z.string().min(5),
	tags: z.array(z.string()).length(1),
	security: z.array(z.record(z.string(), z.array(z.string()))),
	parameters: z
		.array(
			z.object({
				in: z.enum(["path", "query", "header"]),
				name: z.string(),
				required: z.boolean(),
				example: z.string().optional(),
				schema: z.looseObject({ examples: z.array(z.string()).optional() }),
			}),
		)
		.default([]),
	requestBody: z.object({ required: z.literal(true), content: z.record(z.string(), media) }).optional(),
	responses: z.record(z.string(), z.object({ description: z.string(), content: z.record(z.string(), media) })),
});
const description = z.object({
	openapi: z.literal("3.1.0"),
	info: z.object({ title: z.string(), version: z.string() }),
	paths: z.record(z.string(), z.record(z.enum(["get", "post"]), operation.optional())),
	components: z.object({
		schemas: z.record(z.string(), z.looseObject({ examples: z.array(z.unknown()).optional() })),
	}),
});

type Operation = z.infer<typeof operation>;

interface Case extends Operation {
	readonly method: "get" | "post";
	readonly path: string;
}

let counter: Counter;
let client: Client;
let text: string;
let described: z.infer<typeof description>;
let cases: readonly Case[];

beforeAll(async () => {
	counter = await openCounter();
	client = counter.client("admin");
	const response = await client.open("/openapi.json");
	text = await response.text();
	described = description.parse(JSON.parse(text));
	cases = Object.entries(described.paths).flatMap(([path, methods]) =>
		(["get", "post"] as const).flatMap((method) => {
			const found = methods[method];
			return found === undefined ? [] : [{ ...found, method, path }];
		}),
	);
});

afterAll(() => counter.close());

describe("the description", () => {
	test("has one name for each operation, and each parameter of its path", () => {
		expect(new Set(cases.map(({ operationId }) => operationId)).size).toBe(cases.length);
		for (const { path, parameters } of cases) {
			const inPath = parameters.filter((one) => one.in === "path").map(({ name }) => name);
			expect(inPath).toEqual([...path.matchAll(/\{(\w+)\}/g)].map(([, name]) => name));
		}
	});

	test("refers only to what it has, and has nothing it does not refer to", () => {
		const referred = [...text.matchAll(/"\$ref":"#\/components\/schemas\/(\w+)"/g)].map(([, name]) => name);
		expect(new Set(referred)).toEqual(new Set(Object.keys(described.components.schemas)));
		expect(text.match(/"\$ref":"(?!#\/components\/schemas\/)/g)).toBeNull();
	});

	test("says how each operation fails", () => {
		for (const { responses } of cases) {
			expect(responses["default"]?.content["application/problem+json"]?.schema.$ref).toBe(
				"#/components/schemas/Problem",
			);
		}
	});
});

/** A named shape that takes nothing but what it names. */
function closedShape(ref: string): z.ZodType {
	const inside = text.replaceAll("#/components/schemas/", "#/$defs/");
	const $defs = close(JSON.parse(inside).components.schemas);
	return z.fromJSONSchema({ $ref: ref.replace("#/components/schemas/", "#/$defs/"), $defs });
}

/** `additionalProperties: false` wherever keys are named. */
function close(schema: ReturnType<typeof JSON.parse>): ReturnType<typeof JSON.parse> {
	if (typeof schema !== "object" || schema === null || Array.isArray(schema)) {
		return Array.isArray(schema) ? schema.map(close) : schema;
	}
	const closed = Object.fromEntries(Object.entries(schema).map(([key, value]) => [key, close(value)]));
	return "properties" in schema && schema.properties.openapi === undefined
		? { additionalProperties: false, ...closed }
		: closed;
}

let sales = 0;

async function sell(wait: number): Promise<string> {
	sales += 1;
	const headers = { "idempotency-key": `openapi-${sales}`, prefer: `wait=${wait}` };
	return (await client.post("/v1/transactions", order(), headers)).body.id;
}

async function cancelledSale(): Promise<string> {
	counter.pad.state.pin = undefined;
	const id = await sell(5);
	counter.pad.state.pin = "123456";
	return id;
}

async function owedReversal(): Promise<string> {
	await counter.host.setFaults({ name: "drop", mti: "0200" }, { name: "drop", mti: "0400" });
	const id = await sell(1);
	await counter.host.setFaults();
	return id;
}

/** Whose id the example is tried on. */
const subjects: Readonly<Record<string, () => Promise<string>>> = {
	postTransactionsIdCancel: cancelledSale,
	postReversalsIdRetry: owedReversal,
	postReversalsIdRelease: owedReversal,
};

async function subject({ operationId, path }: Case): Promise<string | undefined> {
	const prepare = subjects[operationId] ?? (path.includes("/transactions/{id}") ? () => sell(5) : undefined);
	return prepare?.();
}

/** The request the description shows as example. */
async function exampleRequest(one: Case): Promise<{ url: string; init: RequestInit }> {
	const example = (name: string): string => {
		const parameter = one.parameters.find((parameter) => parameter.name === name);
		const shown = parameter?.example ?? parameter?.schema.examples?.[0];
		if (shown === undefined) {
			throw new Error(`${one.operationId}: ${name} has no example`);
		}
		return shown;
	};
	const id = await subject(one);
	const of = (part: "query" | "header"): Record<string, string> => {
		const names = one.parameters
			.filter((parameter) => parameter.in === part)
			.map(({ name }) => name)
			// A secret has no example that would be let in.
			.filter((name) => name !== "tillbridge-supervisor");
		return Object.fromEntries(names.map((name) => [name, example(name)]));
	};
	const path = one.path.replaceAll(/\{(\w+)\}/g, (_, name) => (name === "id" && id !== undefined ? id : example(name)));
	const ref = one.requestBody?.content["application/json"]?.schema.$ref?.split("/").at(-1) ?? "";
	const body = described.components.schemas[ref]?.examples?.[0];
	return {
		url: `${path}?${new URLSearchParams(of("query"))}`,
		init: {
			method: one.method.toUpperCase(),
			headers: {
				...of("header"),
				...(body === undefined ? {} : { "content-type": "application/json" }),
			},
			body: body === undefined ? null : JSON.stringify(body),
		},
	};
}

/** What in an answer is not as described. */
async function complaint(one: Case, response: Response): Promise<string | undefined> {
	const answer = one.responses[response.status];
	const [type, content] = Object.entries(answer?.content ?? {})[0] ?? [];
	if (!response.ok || type === undefined) {
		return `${response.status}: ${await response.text()}`;
	}
	if (response.headers.get("content-type")?.includes(type) !== true) {
		return `not ${type}`;
	}
	if (content?.schema.$ref === undefined) {
		await response.body?.cancel();
		return undefined;
	}
	return closedShape(content.schema.$ref).safeParse(await response.json()).error?.message;
}

test("the example of every operation does what it says, and its answer is what is described and no more", async () => {
	for (const one of cases) {
		const { url, init } = await exampleRequest(one);
		const response = await client.open(url, init);
		expect([one.operationId, await complaint(one, response)]).toEqual([one.operationId, undefined]);
	}
});

test("problems are what is described and no more", async () => {
	const shape = closedShape("#/components/schemas/Problem");
	for (const problem of [
		await client.get("/nothing"),
		await client.get("/v1/transactions?limit=0"),
		await client.post("/v1/transactions", { ["4".repeat(16)]: 1 }, { "idempotency-key": "x" }),
	]) {
		expect(shape.safeParse(problem.body).error).toBeUndefined();
	}
});
